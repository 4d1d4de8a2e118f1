/** Times of SMPP (section 7.1.1): 16 characters, `YYMMDDhhmmsstnnp`. */

const ABSOLUTE =
  /^\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])([0-5]\d){2}\d([0-3]\d|4[0-8])[+-]$/;
const RELATIVE = /^\d\d(0\d|1[0-1])([0-2]\d|30)([01]\d|2[0-3])([0-5]\d){2}000R$/;
const DAY_S = 86_400;
/** Years of 365 and months of 30 days: relative times are not exact beyond days. */
const YEAR_DAYS = 365;
const MONTH_DAYS = 30;
const QUARTER_MS = 900_000;

/** Whether a field may say this; an empty one says nothing. */
export function isSmppTime(text: string): boolean {
  return text === '' || ABSOLUTE.test(text) || RELATIVE.test(text);
}

/** So many seconds from when the SMSC takes the message: not converted with our clock (spec smpp §5.30). */
export function relativeTime(seconds: number): string {
  const whole = Math.min(Math.round(seconds), 99 * YEAR_DAYS * DAY_S);
  const days = Math.floor(whole / DAY_S);
  const years = Math.floor(days / YEAR_DAYS);
  const months = Math.min(11, Math.floor((days % YEAR_DAYS) / MONTH_DAYS));
  const rest = whole % DAY_S;
  const fields = [
    years,
    months,
    Math.min(30, (days % YEAR_DAYS) - months * MONTH_DAYS),
    Math.floor(rest / 3600),
    Math.floor(rest / 60) % 60,
    rest % 60,
  ];
  return `${fields.map((field) => String(field).padStart(2, '0')).join('')}000R`;
}

/** The moment in milliseconds since the epoch; a relative time counts from `now`. Null for no time or none we know. */
export function readSmppTime(text: string, now: number): number | null {
  if (text === '' || !isSmppTime(text)) return null;
  const fields = text.slice(0, 12).match(/\d\d/g) ?? [];
  if (text.endsWith('R')) return now + durationMs(fields.map(Number));
  const moment = fields.join('-').replace(/^(..)-(..)-(..)-(..)-(..)-(..)$/, '20$1-$2-$3T$4:$5:$6');
  const local = Date.parse(`${moment}.${text[12]}00Z`);
  const offset = Number(text.slice(13, 15)) * QUARTER_MS;
  return text.endsWith('-') ? local + offset : local - offset;
}

function durationMs([
  years = 0,
  months = 0,
  days = 0,
  hours = 0,
  minutes = 0,
  seconds = 0,
]: number[]): number {
  const allDays = years * YEAR_DAYS + months * MONTH_DAYS + days;
  return (allDays * DAY_S + hours * 3600 + minutes * 60 + seconds) * 1000;
}
