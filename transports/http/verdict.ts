import { withoutControls } from '@vumi/core';
import type { Answered, Verdict } from './channel-sending.ts';

const SHOWN = 200;
const HTTP_UNCERTAIN = new Set([500, 502, 504]);
const HTTP_LATER = new Set([429, 503]);

/** What an answer means by its status alone (spec channels §1.2). */
export function verdictOf(answer: Answered, now: number): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status >= 300 && status < 400) return { kind: 'redirected' };
  if (status === 401) return { kind: 'unauthorized' };
  if (HTTP_LATER.has(status)) return { kind: 'throttled', afterMs: readRetryAfter(answer, now) };
  if (HTTP_UNCERTAIN.has(status)) return { kind: 'uncertain', reason: `the network answered ${status}` };
  const text = withoutControls(answer.body.toString('utf8')).trim().slice(0, SHOWN);
  return { kind: 'refused', reason: text === '' ? String(status) : `${status}: ${text}` };
}

/** Milliseconds; the header has seconds or a date. */
function readRetryAfter({ headers }: Answered, now: number): number | undefined {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
