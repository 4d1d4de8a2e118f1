/** Vumi's timestamps: naive UTC `YYYY-MM-DD HH:MM:SS.ffffff` (spec vumi-core §1). */

const PATTERN = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?$/;

/** Formats milliseconds since the epoch; the last three digits are always 0, as JavaScript has no microseconds. */
export function formatTimestamp(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}000`;
}

/** Milliseconds since the epoch, or null when the text is not such a timestamp. The fraction may be absent. */
export function parseTimestamp(text: string): number | null {
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const [, date, time, fraction = ''] = match;
  const epochMs = Date.parse(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  return Number.isNaN(epochMs) ? null : epochMs;
}

/** Without a leap day, so that there is nothing to be reckoned. */
const DAY =
  /(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8])/;
const PLAIN = new RegExp(String.raw`^\d{4}-(?:${DAY.source}) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3,6}$`);

/** The timestamp as ISO 8601 with a zone, for databases and APIs. */
export function timestampToIso(text: string): string {
  if (PLAIN.test(text)) return `${text.slice(0, 10)}T${text.slice(11, 23)}Z`;
  const epochMs = parseTimestamp(text);
  return new Date(epochMs ?? 0).toISOString();
}
