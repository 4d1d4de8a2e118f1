import { createUserMessage, parseUserMessage, VumiError, type UserMessage } from '@vumi/core';
import { json } from '../http/answers.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import type { HttpApiConfig } from './config.ts';

type MessageFields = Extract<Reading, { readonly kind: 'message' }>['fields'];

/** Must be given where they are allowed (spec channels §A, HTTP API). */
const REQUIRED = ['content', 'to_addr', 'from_addr'];
const IDEMPOTENCY = 'idempotency-key';
const TRIED = { to_addr: '', from_addr: '' };

/** The message that a request is; what is wrong with it is said in Vumi's form. */
export function readMessage(
  request: ChannelRequest,
  config: Pick<HttpApiConfig, 'allowed_fields' | 'field_defaults' | 'validation_mode'>,
): readonly Reading[] {
  if (request.fields === null)
    return [refuse({ invalid_request: ['use UTF-8, and a JSON object or a form'] })];
  const all = [...request.fields].map(([name, [first]]) => [name, first] as const);
  const given = new Map(all.filter(([name]) => config.allowed_fields.includes(name)));
  const isStrict = config.validation_mode === 'strict';
  const unexpected = isStrict ? all.map(([name]) => name).filter((name) => !given.has(name)) : [];
  const missing = REQUIRED.filter(
    (name) => config.allowed_fields.includes(name) && !given.has(name) && !(name in config.field_defaults),
  );
  if (unexpected.length + missing.length > 0) {
    return [
      refuse({
        ...(unexpected.length === 0 ? {} : { unexpected_parameter: unexpected }),
        ...(missing.length === 0 ? {} : { missing_parameter: missing }),
      }),
    ];
  }
  const fields = { ...config.field_defaults, ...Object.fromEntries(given) };
  const invalid = invalidField(fields);
  if (invalid !== null) return [refuse({ invalid_parameter: [invalid] })];
  const key = request.headers[IDEMPOTENCY];
  return [
    {
      kind: 'message',
      fields: fields as MessageFields,
      ...(typeof key === 'string' && key !== '' ? { id: key } : {}),
    },
  ];
}

function refuse(body: Readonly<Record<string, readonly string[]>>): Reading {
  return { kind: 'refused', answer: json(400, body) };
}

/** The name of a field that no message can have so; null when all are well. */
function invalidField(fields: Readonly<Record<string, unknown>>): string | null {
  try {
    const message = { ...createUserMessage(TRIED), ...fields } as UserMessage;
    parseUserMessage(JSON.stringify(message));
    return null;
  } catch (error) {
    if (error instanceof VumiError) return error.field ?? 'message';
    throw error;
  }
}
