import { interfaceConnector, VumiError } from '@vumi/core';
import type { ServedInterface } from '@vumi/store';
import { z } from 'zod';
import type { Operator } from '../dialect.ts';

/** The words of Junebug for types of ours that are called otherwise. */
const TYPE_WORDS: Readonly<Record<string, string>> = { dmark: 'dmark_ussd' };

const transportSchema = z.object({
  name: z.string(),
  type: z.string(),
  config: z.record(z.string(), z.unknown()),
});
export type ChannelTransport = z.infer<typeof transportSchema>;

const routeSchema = z.object({ connector: z.string(), transport: z.string() });

/** Our type of what Junebug calls so; any type of ours and any class of Vumi's may be written, too. */
export function typeOf(word: string): string {
  return TYPE_WORDS[word] ?? word;
}

export function typeWord(type: string): string {
  return Object.entries(TYPE_WORDS).find(([, ours]) => ours === type)?.[0] ?? type;
}

/** The name of the transport that a channel is over: its own, or that of the first route which leads to it. Null: none. */
export async function transportNameOf(operator: Operator, own: ServedInterface): Promise<string | null> {
  if (own.transport !== null) return own.transport;
  const { account } = operator;
  const routes = await listOf(operator, routeSchema, 'listRoutes', { params: { account } });
  const connector = interfaceConnector(account, own.name);
  return routes.find((route) => route.connector === connector)?.transport ?? null;
}

/** The transport of a channel; null where there is none, and for whoever is not of the platform. */
export async function transportOf(
  { call, ofPlatform }: Pick<Operator, 'call' | 'ofPlatform'>,
  name: string | null,
): Promise<ChannelTransport | null> {
  if (name === null || !ofPlatform) return null;
  try {
    return transportSchema.parse(await call('getTransport', { params: { name } }));
  } catch (error) {
    // Those of the configuration file have no row.
    if (error instanceof VumiError && error.code === 'not_found') return null;
    throw error;
  }
}

const pageSchema = z.object({ items: z.array(z.unknown()), next_cursor: z.string().nullable() });

/** All pages of a list. */
export async function listOf<T>(
  { call }: Pick<Operator, 'call'>,
  schema: z.ZodType<T>,
  operation: string,
  { params = {}, query = {} }: { params?: Record<string, string>; query?: Record<string, string> },
): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const paged = cursor === '' ? query : { ...query, cursor };
    const page: z.infer<typeof pageSchema> = pageSchema.parse(
      await call(operation, { params, query: { ...paged, limit: '200' } }),
    );
    items.push(...z.array(schema).parse(page.items));
    cursor = page.next_cursor;
  }
  return items;
}
