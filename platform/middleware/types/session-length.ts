import { type Middleware, type Next, type Transit, type UserMessage, tagOf } from '@vumi/core';
import { z } from 'zod';
import { elsewhere } from '../elsewhere.ts';
import { defineMiddleware, type MiddlewarePorts } from '../middleware-type.ts';

const configSchema = z.strictObject({
  timeout: z
    .int()
    .positive()
    .default(600)
    .describe('Seconds after its start in which a session is remembered. Default: 600'),
  namespace_type: z
    .enum(['transport_name', 'tag'])
    .default('transport_name')
    .describe('What a user has his sessions with: a transport, or a tag. Default: transport_name'),
  field_name: z
    .string()
    .min(1)
    .default('session')
    .describe('Where in helper_metadata the times are written. Default: session'),
  redis_manager: elsewhere(z.unknown()),
});

interface Lengths extends Pick<MiddlewarePorts, 'state' | 'clock' | 'logger'> {
  readonly timeoutMs: number;
  readonly namespace: (message: UserMessage) => string | null;
  readonly field: string;
}

/**
 * Writes into each message of a session when that began, and into its last one when it ended: seconds since the epoch as
 * `helper_metadata.session.session_start` and `session_end` (spec vumi-core §4). Times that are there already stay: of
 * several of these on a way the first counts. A message whose state cannot be read is not handled: it waits.
 */
export const sessionLength = defineMiddleware({
  type: 'session_length',
  aliases: [
    'vumi.middleware.session_length.SessionLengthMiddleware',
    'vumi.middleware.SessionLengthMiddleware',
  ],
  summary: 'writes into messages when their session began and ended',
  configSchema,
  start: ({ timeout, namespace_type, field_name }, { state, clock, logger }) => ({
    handle: measuring({
      state,
      clock,
      logger,
      timeoutMs: timeout * 1000,
      namespace: namespace_type === 'tag' ? tagText : ({ transport_name }) => transport_name,
      field: field_name,
    }),
  }),
});

function measuring(lengths: Lengths): Middleware {
  return async (transit, next) => {
    if (transit.flow !== 'inbound' && transit.flow !== 'outbound') return next(transit);
    const { message } = transit;
    const user = transit.flow === 'inbound' ? message.from_addr : message.to_addr;
    const namespace = lengths.namespace(message);
    if (user === null || namespace === null) {
      lengths.logger.error(
        { message_id: message.message_id, user, namespace },
        'message has no address or no namespace: no length of its session',
      );
      return next(transit);
    }
    return timed(transit, `session_length/${namespace}:${user}:session_created`, { next, lengths });
  };
}

async function timed(
  transit: Extract<Transit, { flow: 'inbound' | 'outbound' }>,
  key: string,
  { next, lengths }: { next: Next; lengths: Lengths },
): Promise<void> {
  const { state, clock, timeoutMs, field } = lengths;
  const { message } = transit;
  const written = timesOf(message, field);
  const now = clock() / 1000;
  const isNew = message.session_event === 'new';
  const known = isNew ? null : await state.get(key);
  const start =
    written['session_start'] ?? (isNew ? now : known === null ? undefined : (JSON.parse(known) as unknown));
  if (isNew) await state.set(key, JSON.stringify(start), timeoutMs);
  const isClose = message.session_event === 'close';
  const end = written['session_end'] ?? (isClose ? now : undefined);
  await next(withTimes(transit, { field, written, start, end }));
  // Only now, so that a message which comes again finds its start; and not if the user has begun anew meanwhile.
  if (isClose && known !== null && (await state.get(key)) === known) await state.delete(key);
}

function withTimes<T extends Transit & { message: UserMessage }>(
  transit: T,
  {
    field,
    written,
    start,
    end,
  }: { field: string; written: Readonly<Record<string, unknown>>; start: unknown; end: unknown },
): T {
  if (start === written['session_start'] && end === written['session_end']) return transit;
  const times = {
    ...written,
    ...(start === undefined ? {} : { session_start: start }),
    ...(end === undefined ? {} : { session_end: end }),
  };
  const { message } = transit;
  return {
    ...transit,
    message: { ...message, helper_metadata: { ...message.helper_metadata, [field]: times } },
  };
}

function timesOf({ helper_metadata }: UserMessage, field: string): Readonly<Record<string, unknown>> {
  const times = helper_metadata[field];
  return typeof times === 'object' && times !== null ? (times as Record<string, unknown>) : {};
}

/** As Vumi joins them. */
function tagText(message: UserMessage): string | null {
  return tagOf(message)?.join(':') ?? null;
}
