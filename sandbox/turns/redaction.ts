/** By name. */
type Secrets = Readonly<Record<string, string>>;

/** Shorter values would blot out ordinary words. */
export const SECRET_LENGTH = 4;
const BLOT = '[secret]';
const BEARER = /\b(bearer\s+)[\w.~+/=-]{8,}/gi;
/** A text may be cut within a secret: so many of its first characters are looked for at the end. */
const BEGINNING = 64;
/** Fields so long, as JSON, are shown as a text when their form does not survive. */
const MOST_BY_VALUE = 2000;

/** What is looked for, prepared once: a line of log costs no more than it is long, whatever the secrets are. */
interface Wanted {
  /** The longest first. */
  readonly values: readonly string[];
  /** Beginnings of values by their last characters, the longest first. */
  readonly beginnings: ReadonlyMap<string, readonly string[]>;
}

const prepared = new WeakMap<Secrets, Wanted>();

function wantedOf(secrets: Secrets): Wanted {
  const known = prepared.get(secrets);
  if (known !== undefined) return known;
  const values = [...new Set(Object.values(secrets))]
    .filter((value) => value.length >= SECRET_LENGTH)
    .toSorted((a, b) => b.length - a.length);
  const beginnings = new Map<string, Set<string>>();
  for (const value of values) {
    for (let length = Math.min(BEGINNING, value.length - 1); length >= SECRET_LENGTH; length--) {
      const beginning = value.slice(0, length);
      const end = beginning.slice(-SECRET_LENGTH);
      beginnings.set(end, (beginnings.get(end) ?? new Set()).add(beginning));
    }
  }
  const lists = [...beginnings].map(
    ([end, set]) => [end, [...set].toSorted((a, b) => b.length - a.length)] as const,
  );
  const wanted = { values, beginnings: new Map(lists) };
  prepared.set(secrets, wanted);
  return wanted;
}

/** Takes out secrets and tokens, also the beginning of one at which the text was cut. */
export function redactSecrets(text: string, secrets: Secrets): string {
  const wanted = wantedOf(secrets);
  return withoutCut(withoutValues(text, wanted.values), wanted);
}

function withoutValues(text: string, values: readonly string[]): string {
  let result = text.replace(BEARER, `$1${BLOT}`);
  for (const value of values) if (result.includes(value)) result = result.replaceAll(value, BLOT);
  return result;
}

function withoutCut(text: string, { values, beginnings }: Wanted): string {
  for (const value of values) {
    if (value.length <= BEGINNING) break;
    const at = text.indexOf(value.slice(0, BEGINNING));
    if (at !== -1 && value.startsWith(text.slice(at))) return text.slice(0, at) + BLOT;
  }
  const beginning = beginnings.get(text.slice(-SECRET_LENGTH))?.find((start) => text.endsWith(start));
  return beginning === undefined ? text : text.slice(0, -beginning.length) + BLOT;
}

/**
 * The same of fields. Most hold no secret, which their JSON as a whole tells; in the JSON of others it is replaced, and
 * where that was no text in quotes, value by value.
 */
export function redactFields(
  fields: Readonly<Record<string, unknown>>,
  secrets: Secrets,
): Readonly<Record<string, unknown>> {
  const wanted = wantedOf(secrets);
  const json = JSON.stringify(fields);
  const found = wanted.values.filter((value) => json.includes(escaped(value)));
  const { cut } = fields;
  if (typeof cut === 'string') return { ...fields, cut: redactSecrets(cut, secrets) };
  if (found.length === 0 && json.search(BEARER) === -1) return fields;
  const shown = withoutValues(json, found.map(escaped));
  const parsed = parseRecord(shown);
  if (parsed !== null) return parsed;
  if (json.length > MOST_BY_VALUE) return { text: shown };
  return redactValue(fields, found) as Readonly<Record<string, unknown>>;
}

function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function parseRecord(json: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(json) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

/** Value by value, so that what stands in place of a secret cannot break the form. */
function redactValue(value: unknown, values: readonly string[]): unknown {
  if (typeof value === 'string') return withoutValues(value, values);
  if (typeof value === 'number') {
    const shown = withoutValues(String(value), values);
    return shown === String(value) ? value : shown;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, values));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [withoutValues(name, values), redactValue(item, values)]),
  );
}
