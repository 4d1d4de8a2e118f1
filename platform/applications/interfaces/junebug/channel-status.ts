import type { ServedInterface, ToldChange } from '@vumi/store';
import { z } from 'zod';
import type { Operator } from '../dialect.ts';
import { listOf, typeWord, type ChannelTransport } from './channel-transport.ts';

/** The worst is last. */
const LEVELS = ['ok', 'degraded', 'down'] as const;
const levelSchema = z.enum(LEVELS);

/** A component of the platform, as far as its holder may see it. */
const componentSchema = z.object({
  name: z.string(),
  worker: z.string(),
  part: z.string().nullable(),
  level: levelSchema,
  type: z.string().default(''),
  message: z.string().default(''),
  details: z.record(z.string(), z.unknown()).default({}),
});
export type Component = z.infer<typeof componentSchema>;

const changeSchema = z.object({ level: levelSchema, message: z.string(), type: z.string(), at: z.string() });

/** Junebug shows at most so many lines, and so many are kept here. */
const MOST_LINES = 100;

/** As Python's module logging has them. */
const LOG_LEVELS = { ok: 20, degraded: 30, down: 40 } as const;

/** A channel as Junebug shows it. `transport` null: it is not known, or not the reader's affair. */
export function channelOf(
  { name, label, metadata, message_url, status_url, character_limit, transport: named }: ServedInterface,
  transport: ChannelTransport | null,
  components: readonly Component[],
): object {
  return {
    id: name,
    type: transport === null ? 'vumi' : typeWord(transport.type),
    label,
    config: transport?.config ?? { transport: named },
    metadata,
    status_url,
    mo_url: message_url,
    rate_limit_count: null,
    rate_limit_window: null,
    character_limit,
    status: statusOf(name, components),
  };
}

function statusOf(channel: string, components: readonly Component[]): object {
  const worst = LEVELS.findLast((level) => components.some((one) => one.level === level)) ?? null;
  const shown = components.map((one) => [wordOf(one), ofChange(one, channel)]);
  return { status: worst, components: Object.fromEntries(shown) as object };
}

function wordOf({ part }: Pick<ToldChange, 'part'>): string {
  return part ?? 'transport';
}

/** How a part of a channel's transport is, as Junebug shows it and tells it. */
export function ofChange(
  one: Pick<ToldChange, 'part' | 'level' | 'type' | 'message' | 'details'>,
  channel: string,
): object {
  const { level, type, message, details } = one;
  return { component: wordOf(one), channel_id: channel, status: level, type, message, details };
}

/** How a transport is and what it consists of. */
export async function componentsOf(operator: Operator, transport: string): Promise<Component[]> {
  const { account, ofPlatform } = operator;
  const found = ofPlatform
    ? await listOf(operator, componentSchema, 'listComponents', { query: { search: transport } })
    : await listOf(operator, componentSchema, 'listAccountComponents', { params: { account } });
  return found.filter(({ worker }) => worker === transport);
}

/** What a transport went through, newest first: its changes are what is kept of it by name. */
export async function logsOf(
  operator: Operator,
  { channel, transport, most }: { channel: string; transport: string; most: number },
): Promise<object[]> {
  const components = await componentsOf(operator, transport);
  const histories = components.map(({ name }) =>
    listOf(operator, changeSchema, 'listComponentChanges', { params: { name } }),
  );
  const lines = (await Promise.all(histories)).flat().map(({ level, message, type, at }) => ({
    logger: channel,
    level: LOG_LEVELS[level],
    timestamp: Date.parse(at) / 1000,
    message: message === '' ? type : message,
  }));
  return lines.sort((a, b) => b.timestamp - a.timestamp).slice(0, Math.min(most, MOST_LINES));
}
