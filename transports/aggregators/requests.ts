import { json } from '../http/answers.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { textAt } from '../http/json.ts';
import type { Validating } from '../http/options.ts';
import { fieldsOf } from '../sms/readings.ts';

type Refused = Extract<Reading, { readonly kind: 'refused' }>;

/**
 * The fields of a request that has all of these, and, where it is strict, none but those that are allowed beside them;
 * else the answer that names what is wrong, as Vumi's.
 */
export function exactFields<K extends string>(
  request: ChannelRequest,
  required: readonly K[],
  { validation_mode }: Validating,
  allowed: readonly string[] = [],
): { readonly fields: Record<K, string> & Partial<Record<string, string>> } | { readonly refused: Refused } {
  const fields = fieldsOf(request) ?? {};
  const names: readonly string[] = [...required, ...allowed];
  const isStrict = validation_mode === 'strict';
  const unexpected = isStrict ? Object.keys(fields).filter((name) => !names.includes(name)) : [];
  const missing = required.filter((name) => textAt(fields, name) === undefined);
  if (unexpected.length > 0 || missing.length > 0) {
    const body = {
      ...(unexpected.length === 0 ? {} : { unexpected_parameter: unexpected }),
      ...(missing.length === 0 ? {} : { missing_parameter: missing }),
    };
    return { refused: { kind: 'refused', answer: json(400, body) } };
  }
  const texts = names.flatMap((name) => {
    const text = textAt(fields, name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return { fields: Object.fromEntries(texts) as Record<K, string> };
}

/** A URL with more in its query. */
export function withQuery(url: string, fields: Readonly<Record<string, string>>): string {
  const whole = new URL(url);
  for (const [name, value] of Object.entries(fields)) whole.searchParams.set(name, value);
  return whole.href;
}
