import { interfaceSettingsSchema } from '@vumi/core';
import { z } from 'zod';
import type { JunebugError } from './envelope.ts';

const text = z.string().nullable().optional();
export const url = z
  .string()
  .regex(/^https?:\/\/[^\s#]+$/)
  .nullable()
  .optional();

/** What a client of Junebug wants sent; a key that is not here is refused. */
const messageSchema = z.strictObject({
  to: text,
  from: text,
  group: text,
  reply_to: text,
  content: z.string().nullable(),
  event_url: url,
  event_auth_token: text,
  priority: text,
  channel_data: z
    .looseObject({
      session_event: z.enum(['new', 'resume', 'close']).nullable().optional(),
      continue_session: z.boolean().optional(),
    })
    .optional(),
});

export type JunebugMessage = z.infer<typeof messageSchema>;

const { character_limit, auth_token, label } = interfaceSettingsSchema.shape;

/** What may be said of a channel. Other keys are not looked at, as by Junebug. */
const channelShape = {
  type: z.string(),
  config: z.record(z.string(), z.unknown()),
  label: label.unwrap().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  status_url: url,
  mo_url: url,
  mo_url_auth_token: auth_token.unwrap().optional(),
  amqp_queue: text,
  rate_limit_count: z.int().min(0).nullable().optional(),
  rate_limit_window: z.int().min(0).nullable().optional(),
  character_limit: character_limit.unwrap().optional(),
};
const newChannelSchema = z.object(channelShape);
const channelChangeSchema = newChannelSchema.partial();

export type NewChannel = z.infer<typeof newChannelSchema>;
export type ChannelChange = z.infer<typeof channelChangeSchema>;

/** Reads the body of POST …/messages/, or says what is wrong with it. */
export function readMessage(body: Buffer): JunebugMessage | readonly JunebugError[] {
  const data = readBody(messageSchema, body);
  if (isFaults(data)) return data;
  const isAddressed = [data.to, data.reply_to].some((one) => one != null && one !== '');
  if (isAddressed) return data;
  return [{ type: 'ApiUsageError', message: 'Either "to" or "reply_to" must be specified' }];
}

/** Reads the body of POST /channels/, or says what is wrong with it. */
export function readNewChannel(body: Buffer): NewChannel | readonly JunebugError[] {
  const data = readBody(newChannelSchema, body);
  return isFaults(data) ? data : checkChannel(data);
}

/** Reads the body of POST /channels/:id, or says what is wrong with it. */
export function readChannelChange(body: Buffer): ChannelChange | readonly JunebugError[] {
  const data = readBody(channelChangeSchema, body);
  return isFaults(data) ? data : checkChannel(data);
}

export function isFaults<T extends object>(
  read: T | readonly JunebugError[],
): read is readonly JunebugError[] {
  return Array.isArray(read);
}

/** What a Junebug would do and this does not is refused, so that no message is waited for in vain. */
function checkChannel<T extends ChannelChange>(channel: T): T | readonly JunebugError[] {
  if (channel.amqp_queue != null) return [NOT_SERVED_QUEUE];
  const masked = Object.entries(channel.config ?? {}).find(([, value]) => value === MASK)?.[0];
  if (masked === undefined) return channel;
  return [
    {
      type: 'ApiUsageError',
      message: `"config.${masked}" is "${MASK}", which stands for what is not shown: write what is meant`,
      schema_path: ['properties', 'config', masked],
    },
  ];
}

export const NOT_SERVED_QUEUE: JunebugError = {
  type: 'ApiUsageError',
  message: '"amqp_queue" is not served: messages are told to "mo_url"',
  schema_path: ['properties', 'amqp_queue'],
};

const MASK = '***';

export function readBody<T extends object>(schema: z.ZodType<T>, body: Buffer): T | readonly JunebugError[] {
  let given: unknown;
  try {
    given = JSON.parse(body.toString());
  } catch {
    return [{ type: 'JsonDecodeError', message: 'The body is no JSON' }];
  }
  const { success, data, error } = schema.safeParse(given);
  return success ? data : error.issues.flatMap(faultsOf);
}

function faultsOf(issue: z.core.$ZodIssue): readonly JunebugError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      type: 'invalid_body',
      message: `Additional properties are not allowed ('${key}' was unexpected)`,
      schema_path: ['additionalProperties'],
    }));
  const path = issue.path.map(String);
  return [
    {
      type: 'invalid_body',
      message: path.length === 0 ? 'The body is no object' : `'${path.join('.')}': ${issue.message}`,
      schema_path: ['properties', ...path],
    },
  ];
}
