import { SECRET_LENGTH } from '../turns/redaction.ts';

/** Longer records are not gone through value by value. */
const MOST_BY_VALUE = 16_384;

/** Keeps the values of an app's secrets out of what is written down, and puts them back to do it again. */
export interface SecretRemoval {
  /** The JSON text with names in place of values. */
  hide(json: string): string;
  /** The same of what guests may make long; null when it would take long, because values look like JSON. */
  hideSoon(json: string): string | null;
  /** The JSON text with today's values in place of names. */
  show(json: string): string;
}

const NOTHING: SecretRemoval = { hide: (json) => json, hideSoon: (json) => json, show: (json) => json };

/** Where a text holds no secret, which is nearly always, it is neither parsed nor copied. */
export function createSecretRemoval(secrets: Readonly<Record<string, string>>): SecretRemoval {
  const pairs = Object.entries(secrets)
    .filter(([, value]) => value.length >= SECRET_LENGTH)
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([name, value]) => ({ name: `[secret ${name}]`, value }));
  if (pairs.length === 0) return NOTHING;
  const hidden = pairs.map(({ name, value }) => [value, name] as const);
  return {
    hide: (json) => replaceIn(json, hidden),
    hideSoon: (json) => replaceInText(json, hidden),
    show: (json) =>
      replaceIn(
        json,
        pairs.map(({ name, value }) => [name, value]),
      ),
  };
}

/** In the text as a whole, which costs what it is long; what was no text in quotes needs more, and is short. */
function replaceInText(json: string, pairs: readonly (readonly [string, string])[]): string | null {
  let hidden = json;
  for (const [value, name] of pairs) {
    const escaped = JSON.stringify(value).slice(1, -1);
    if (hidden.includes(escaped)) hidden = hidden.replaceAll(escaped, JSON.stringify(name).slice(1, -1));
  }
  if (hidden === json || isJson(hidden)) return hidden;
  return json.length > MOST_BY_VALUE ? null : replaceIn(json, pairs);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function replaceIn(json: string, pairs: readonly (readonly [string, string])[]): string {
  const found = pairs.filter(([from]) => json.includes(JSON.stringify(from).slice(1, -1)));
  if (found.length === 0) return json;
  return JSON.stringify(replaceDeep(JSON.parse(json), found));
}

function replaceDeep(value: unknown, pairs: readonly (readonly [string, string])[]): unknown {
  if (typeof value === 'string') return pairs.reduce((text, [from, to]) => text.replaceAll(from, to), value);
  if (typeof value === 'number') return pairs.find(([from]) => from === String(value))?.[1] ?? value;
  if (Array.isArray(value)) return value.map((item) => replaceDeep(item, pairs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      replaceDeep(key, pairs) as string,
      replaceDeep(member, pairs),
    ]),
  );
}
