import { errorText, parseInput, VumiError, type Broker, type Logger } from '@vumi/core';
import { z } from 'zod';
import type { Control } from './control.ts';
import { controlRequestSchema, type ControlRequest } from './control-request.ts';

/** The key of a control message for one supervisor, and the queue that it reads. */
export function controlKey(supervisor: string): string {
  return `${supervisor.toLowerCase()}.control`;
}

/** For a message to whichever supervisor reads it first: with one database it does for all what it is asked. */
export const ANY_CONTROL_KEY = controlKey('supervisors');

/** Few at a time: each may stop a worker, which takes seconds. */
const PREFETCH = 4;

const messageSchema = z.strictObject({
  ...controlRequestSchema.shape,
  reply_to: z
    .string()
    .regex(/^[^A-Z]{1,200}$/, 'a routing key is lower case and has at most 200 characters')
    .optional()
    .describe('Key under which the answer is published; absent: nobody wants it'),
  request_id: z.string().max(200).optional().describe('Stands in the answer'),
});

/**
 * Takes control messages: `{operation, worker_name, worker_class, worker_config}` as JSON, under `<supervisor>.control` or
 * `supervisors.control` of the exchange `vumi`. What cannot be done is answered, and logged, but for an outage, after which
 * the message comes again.
 */
export async function consumeControl(
  name: string,
  control: Control,
  { broker, logger }: { readonly broker: Broker; readonly logger: Logger },
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const handle = async (body: string): Promise<void> => {
    const asked = readAsked(body);
    const answer = await answerTo(asked, control, logger);
    if (asked.reply_to !== undefined) await broker.publish(asked.reply_to, JSON.stringify(answer));
  };
  for (const queue of [controlKey(name), ANY_CONTROL_KEY]) {
    const failuresKey = `${queue}.failures`;
    stack.use(await broker.consume(queue, handle, { prefetch: PREFETCH, failuresKey }));
  }
  return stack.move();
}

/** Where the answer goes is read of bad messages, too, as far as they tell. */
interface Asked {
  readonly reply_to: string | undefined;
  readonly request_id: string | undefined;
  /** Throws `request.not_json` or `request.invalid`. */
  readonly read: () => ControlRequest;
}

function readAsked(body: string): Asked {
  const given = parseJson(body);
  const { shape } = messageSchema;
  const told = <T>(schema: z.ZodType<T>, key: string): T | undefined => {
    const value: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, key) : undefined;
    return schema.safeParse(value).data;
  };
  return {
    reply_to: told(shape.reply_to, 'reply_to'),
    request_id: told(shape.request_id, 'request_id'),
    read() {
      if (given === undefined) throw new VumiError('request.not_json', 'a control message is a JSON object');
      const { reply_to: _to, request_id: _id, ...request } = parseInput(messageSchema, withoutNulls(given));
      return request;
    },
  };
}

async function answerTo({ request_id, read }: Asked, control: Control, logger: Logger): Promise<object> {
  const id = request_id === undefined ? {} : { request_id };
  try {
    const request = read();
    logger.info({ operation: request.operation, worker: request.worker_name }, 'a control message came');
    return { ...id, ok: true, ...(await control.handle(request)) };
  } catch (error) {
    if (error instanceof VumiError && error.outage) throw error;
    logger.warn({ reason: errorText(error) }, 'a control message was refused');
    const { code, field } = error instanceof VumiError ? error : { code: 'internal', field: undefined };
    const text = error instanceof VumiError ? error.message : 'the supervisor failed; its log says why';
    return { ...id, ok: false, error: { code, message: text, ...(field === undefined ? {} : { field }) } };
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** Who fills in a template leaves what he does not need at null. */
function withoutNulls(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}
