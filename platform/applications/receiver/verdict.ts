import type { RequestOutcome } from '@vumi/http';

type Answer = Extract<RequestOutcome, { kind: 'answered' }>;

/** What one attempt to hand something over means. */
export type Verdict =
  | { readonly kind: 'taken'; readonly answer: Answer }
  /** The receiver will never take this. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Another attempt may do; not before `afterMs`, where the receiver has said so. */
  | { readonly kind: 'again'; readonly reason: string; readonly afterMs: number };

const SHOWN = 200;
const LONGEST_RETRY_AFTER_MS = 300_000;
/**
 * Answers below 500 that tell of the receiver's state or of how it is set up, not of the message: a wrong password or a
 * path that is not deployed yet must lose nothing.
 */
const PASSING: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 408, 421, 423, 425, 429]);

/** Anything but 2xx and a refusal of the message itself is worth another attempt. */
export function judge(outcome: RequestOutcome, now: number): Verdict {
  if (outcome.kind !== 'answered') return { kind: 'again', reason: outcome.reason, afterMs: 0 };
  const { status, headers, body } = outcome;
  if (status >= 200 && status < 300) return { kind: 'taken', answer: outcome };
  const excerpt = body.subarray(0, SHOWN).toString().replaceAll(/\s+/g, ' ').trim();
  const reason = `answered ${status}${excerpt === '' ? '' : `: ${excerpt}`}`;
  const isRefusal = status >= 400 && status < 500 && !PASSING.has(status);
  if (isRefusal) return { kind: 'refused', reason };
  return { kind: 'again', reason, afterMs: retryAfterMs(headers['retry-after'], now) };
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3); no more than five minutes are believed. */
function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}

/** The text of an answer as its Content-Type says; UTF-8 when it says nothing that is known. */
export function textOfAnswer({ headers, body }: Answer): string {
  const charset = /charset="?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString();
  }
}
