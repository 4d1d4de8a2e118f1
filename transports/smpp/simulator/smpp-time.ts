/** Absolute or relative time, 16 characters (section 7.1.1); empty is none. */
const TIME = /^(\d{13}[0-4]\d[+-]|\d{15}R)?$/;
const QUARTER_MS = 900_000;

export function isSmppTime(text: string): boolean {
  return TIME.test(text);
}

/** Milliseconds from `now` until that time; 0 for none and for what has passed. */
export function untilSmppTime(text: string, now: number): number {
  if (text === '') return 0;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (text.match(/\d\d/g) ?? []).map(
    Number,
  );
  if (text.endsWith('R')) {
    const days = year * 365 + month * 30 + day;
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
  }
  const tenths = Number(text[12]);
  const utc = Date.UTC(2000 + year, month - 1, day, hour, minute, second, tenths * 100);
  const offset = Number(text.slice(13, 15)) * QUARTER_MS * (text.endsWith('-') ? -1 : 1);
  return Math.max(0, utc - offset - now);
}

/** YYMMDDhhmmss00+ in UTC, with `000+`: the final_date of a query_sm_resp. */
export function smppTime(at: number): string {
  return `${new Date(at).toISOString().replaceAll(/\D/g, '').slice(2, 14)}000+`;
}
