import { TALK_COUNTS } from '@vumi/core/talks';
import { z } from 'zod';
import { LONGEST_TTL_SECONDS } from './longest-ttl.ts';
import { LONGEST_VALIDITY } from './longest-validity.ts';

/**
 * What a handler leaves behind, as the guest hands it over in one JSON text when the handler has finished. A tenant
 * can make this text say anything (he owns the realm that wrote it), so the platform parses it with these schemas.
 */
const metadata = z.record(z.string(), z.unknown());

/** Seconds. */
const validity = z.number().min(1).max(LONGEST_VALIDITY).optional();

/** 90 days: no conversation is kept longer. */
const LONGEST_WAIT_SECONDS = 7_776_000;

/** The question that a message asks; null: it asks none any more. */
const waits = z
  .strictObject({
    takes: z.array(z.string().max(64)).max(200).readonly(),
    seconds: z.number().positive().max(LONGEST_WAIT_SECONDS),
    secret: z.literal(true).optional(),
  })
  .nullable()
  .optional();

const sendSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('reply'),
    text: z.string(),
    end: z.boolean(),
    metadata: metadata.optional(),
    waits,
    validity,
  }),
  z.strictObject({
    kind: z.literal('group'),
    text: z.string(),
    end: z.boolean(),
    metadata: metadata.optional(),
    waits,
    validity,
  }),
  z.strictObject({
    kind: z.literal('send'),
    text: z.string(),
    to: z.string().min(1).max(256),
    endpoint: z.string().min(1).max(64).optional(),
    metadata: metadata.optional(),
    waits,
    validity,
  }),
]);

const scope = z.enum(['shared', 'user']);
/** Bytes are checked where the whole key is built (apps/keys.ts). */
const key = z.string().min(1).max(256);

const writeSchema = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('set'),
    scope,
    key,
    /** JSON text. */
    value: z.string(),
    /** Seconds. */
    ttl: z.number().positive().max(LONGEST_TTL_SECONDS).optional(),
  }),
  z.strictObject({ op: z.literal('delete'), scope, key }),
  z.strictObject({ op: z.literal('increment'), scope, key, by: z.int() }),
]);

/** More than one message can bring about. */
const MOST_NOTES = 20;

const noteSchema = z.strictObject({
  what: z.enum(TALK_COUNTS),
  screen: z.string().max(128),
  question: z.string().max(128),
  at: z.number(),
  began: z.number().optional(),
});

export const effectsSchema = z.strictObject({
  sends: z.array(sendSchema),
  writes: z.array(writeSchema),
  /** Ids of calls that were made and not awaited: their answers had not come when the handler ended. */
  open: z.array(z.int().positive()).optional(),
  /** What is counted of its conversation. */
  talk: z.array(noteSchema).max(MOST_NOTES).optional(),
});

export type Effects = z.infer<typeof effectsSchema>;
export type GuestSend = Effects['sends'][number];
export type GuestWrite = Effects['writes'][number];
export type StateScopeName = z.infer<typeof scope>;

/** What a handler may ask for while it runs. */
export const callSchema = z.discriminatedUnion('call', [
  z.strictObject({ call: z.literal('get'), scope, key }),
  z.strictObject({ call: z.literal('secret'), name: z.string().min(1).max(128) }),
  z.strictObject({ call: z.literal('ids') }),
  /** Conversations that a user is in, and the network behind an endpoint (apps/talks.ts). */
  z.strictObject({
    call: z.literal('talks'),
    user: z.string().min(1).max(256),
    endpoint: z.string().min(1).max(64).optional(),
  }),
  z.strictObject({
    call: z.literal('resource'),
    /** As in resources/registry.ts. */
    name: z.string().max(64),
    args: z.record(z.string(), z.unknown()),
  }),
  /** A command of the classic API (classic/commands.ts). */
  z.strictObject({ call: z.literal('command'), command: z.record(z.string(), z.unknown()) }),
  z.strictObject({ call: z.literal('delay'), milliseconds: z.number().nonnegative() }),
  z.strictObject({
    call: z.literal('http'),
    url: z.string().max(8192),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
    /** Milliseconds. */
    timeout: z.number().positive().optional(),
  }),
]);

export type GuestCall = z.infer<typeof callSchema>;

/** One line of the author's log, as it leaves the guest. */
export const logLineSchema = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']),
  text: z.string(),
  /** Its members are nobody's to check, and may be many. */
  fields: z.looseObject({}).optional(),
});

export type GuestLogLine = z.infer<typeof logLineSchema>;
