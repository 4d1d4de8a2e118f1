import { usageError } from './exit.ts';

const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `90d`, `12h`, `30m` or `45s`. */
export function parseDuration(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text.trim()) ?? [];
  const seconds = Number(count) * (UNIT_S[unit ?? ''] ?? Number.NaN);
  if (!Number.isNaN(seconds)) return seconds;
  throw usageError(`${option} is a number with s, m, h or d behind it, such as 90d; not "${text}"`);
}

/** An instant as ISO 8601: in so much time, or at a date; `never` is null. */
export function parseEnd(option: string, text: string): string | null {
  if (text === 'never') return null;
  if (/^\d+[smhd]$/.test(text.trim()))
    return new Date(Date.now() + parseDuration(option, text) * 1000).toISOString();
  const at = Date.parse(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(at)) return new Date(at).toISOString();
  throw usageError(
    `${option} is a time from now such as 90d, a date such as 2027-01-31, or never; not "${text}"`,
  );
}

/** An instant as ISO 8601: so much time ago, or a date. */
export function parseSince(option: string, text: string): string {
  if (/^\d+[smhd]$/.test(text.trim()))
    return new Date(Date.now() - parseDuration(option, text) * 1000).toISOString();
  const at = Date.parse(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(at)) return new Date(at).toISOString();
  throw usageError(
    `${option} is a time ago such as 2h, or a date such as 2026-11-22T08:00:00Z; not "${text}"`,
  );
}
