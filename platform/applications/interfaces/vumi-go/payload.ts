import { METRIC_AGGREGATORS } from '@vumi/records';
import { z } from 'zod';
import type { Metric } from '../dialect.ts';

/** What a client of Vumi Go wants sent. */
export interface GoPayload {
  readonly content: string | null;
  readonly to_addr: string | null;
  readonly in_reply_to: string | null;
  readonly session_event: 'new' | 'resume' | 'close' | null;
  readonly helper_metadata: Readonly<Record<string, unknown>>;
}

const fields = {
  content: z.string().nullable(),
  to_addr: z.string().min(1),
  session_event: z.enum(['new', 'resume', 'close']).nullable().default(null),
  helper_metadata: z.record(z.string(), z.unknown()).default({}),
};

/** Reads the body of PUT messages.json. A text: why it is none, as Vumi Go says it. */
export function readPayload(body: Buffer): GoPayload | string {
  const given = objectIn(body);
  if (given === null) return 'Invalid Message';
  const { in_reply_to: asked } = given;
  if (asked !== undefined && asked !== null && typeof asked !== 'string') return 'Invalid in_reply_to value';
  const isReply = typeof asked === 'string' && asked !== '';
  const { to_addr: to, content, ...common } = fields;
  const schema = isReply
    ? z.object({ ...common, content })
    : z.object({ ...common, content: content.unwrap(), to_addr: to });
  const { success, data, error } = schema.safeParse(given);
  if (!success) return reasonOf(error);
  const { to_addr = null, ...rest } = data as typeof data & { to_addr?: string };
  return { ...rest, to_addr, in_reply_to: isReply ? asked : null };
}

/** Several faults are a list. */
function reasonOf({ issues }: z.ZodError): string {
  const names = [...new Set(issues.map(({ path: [name] }) => String(name)))];
  const faults = names.map((name) => `Invalid or missing value for payload key '${name}'`);
  return faults.length === 1
    ? (faults[0] ?? '')
    : `Errors:\n${faults.map((fault) => `* ${fault}`).join('\n')}`;
}

const metricsSchema = z
  .array(
    z.tuple([
      z.string().regex(/^[a-zA-Z][a-zA-Z0-9._-]{0,100}$/),
      z.number().min(-1e100).max(1e100),
      z
        .string()
        .transform((name) => name.toLowerCase())
        .pipe(z.enum(METRIC_AGGREGATORS)),
    ]),
  )
  .max(1000);

/** Reads the body of PUT metrics.json: names, values and aggregators. Null: it is none. */
export function readMetrics(body: Buffer): readonly Metric[] | null {
  const { success, data } = metricsSchema.safeParse(parsed(body));
  return success ? data.map(([metric, value, aggregator]) => ({ metric, value, aggregator })) : null;
}

function objectIn(body: Buffer): Readonly<Record<string, unknown>> | null {
  const value = parsed(body);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
}
