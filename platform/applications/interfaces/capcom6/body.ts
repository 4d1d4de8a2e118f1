import { parseInput, VumiError } from '@vumi/core';
import { z } from 'zod';

const MOST_RECEIVERS = 100;

/** What a client wants sent, by the fields of the gateway; others say how a phone sends and mean nothing here. */
const messageSchema = z.object({
  id: z
    .string()
    .max(36)
    .regex(/^[\w.:-]*$/, 'letters, digits and . : _ - only')
    .nullish(),
  message: z.string().nullish(),
  textMessage: z.object({ text: z.string() }).nullish(),
  dataMessage: z.unknown().optional(),
  phoneNumbers: z.array(z.string().min(1).max(512)).min(1).max(MOST_RECEIVERS),
  isEncrypted: z.boolean().nullish(),
  deviceId: z.string().nullish(),
  ttl: z.number().min(1).nullish(),
  validUntil: z.iso.datetime({ offset: true }).nullish(),
  scheduleAt: z.unknown().optional(),
});

export interface Capcom6Message {
  /** "": it is to be given one. */
  readonly id: string;
  readonly content: string;
  /** Each once. */
  readonly receivers: readonly string[];
  /** A transport or a route by its name, where there is one that is called so. */
  readonly via: string | null;
  /** Seconds. */
  readonly validity: number | undefined;
}

/** Reads the body of a request to send. A text: why it is none. */
export function readMessage(body: Buffer, now: number): Capcom6Message | string {
  const read = parseJson(body, messageSchema);
  if (typeof read === 'string') return read;
  const { textMessage, message, phoneNumbers, deviceId } = read;
  const content = textMessage?.text ?? message ?? '';
  const unknown = notSentHere(read);
  if (unknown !== null) return unknown;
  if (content === '') return 'textMessage.text is missing';
  const validity = validityOf(read, now);
  if (validity !== undefined && validity <= 0) return 'validUntil is over';
  return {
    id: read.id ?? '',
    content,
    receivers: [...new Set(phoneNumbers)],
    via: deviceId ?? null,
    validity,
  };
}

/** What a phone can do and we cannot; null: nothing of it is asked for. */
function notSentHere({ dataMessage, isEncrypted, scheduleAt }: z.infer<typeof messageSchema>): string | null {
  if (dataMessage != null) return 'dataMessage is not sent here: send a textMessage';
  if (isEncrypted === true) return 'isEncrypted: what is encrypted for a phone cannot be sent here';
  if (scheduleAt != null) return 'scheduleAt is not known here: send it when it is due';
  return null;
}

function validityOf(
  { ttl, validUntil }: Pick<z.infer<typeof messageSchema>, 'ttl' | 'validUntil'>,
  now: number,
): number | undefined {
  if (validUntil != null) return (Date.parse(validUntil) - now) / 1000;
  return ttl ?? undefined;
}

/** What it must be, or what is wrong with it. */
export function parseJson<T>(body: Buffer, schema: z.ZodType<T>): T | string {
  try {
    return parseInput(schema, JSON.parse(body.toString()), 'request.invalid');
  } catch (error) {
    return error instanceof VumiError ? error.message : 'the body is no JSON';
  }
}
