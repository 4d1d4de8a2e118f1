import { sleep, VumiError } from '@vumi/core';

export interface Pace {
  /** Messages a second. */
  readonly rate: number;
  readonly count: number;
  readonly signal: AbortSignal;
  /** Told from time to time how many are sent. */
  readonly onProgress: (sent: number) => void;
}

/** More would fill the memory with what is to be reported. */
const MOST = 5_000_000;
const MOST_RATE = 100_000;
const PROGRESS_MS = 100;

/**
 * Sends at a fixed rate, whatever the answers do (open loop). Each message has the time at which it was to be sent,
 * and latency counts from that: what a slow peer holds up is in the figures (no coordinated omission). Answers how
 * many were sent; `hasRoom` bounds what is outstanding.
 */
export async function sendAtRate(
  { rate, count, signal, onProgress }: Pace,
  send: (index: number, intendedAt: number) => void,
  hasRoom: () => boolean,
): Promise<number> {
  const startedAt = performance.now();
  let sent = 0;
  let shownAt = 0;
  while (sent < count && !signal.aborted) {
    const now = performance.now();
    const due = Math.min(count, Math.floor(((now - startedAt) / 1000) * rate) + 1);
    while (sent < due && hasRoom()) {
      send(sent, startedAt + (sent * 1000) / rate);
      sent += 1;
    }
    if (now - shownAt >= PROGRESS_MS) onProgress(sent);
    if (now - shownAt >= PROGRESS_MS) shownAt = now;
    await sleep(1);
  }
  onProgress(sent);
  return sent;
}

/** @throws VumiError `request.invalid`. */
export function checkPace({ rate, count }: Pick<Pace, 'rate' | 'count'>): void {
  if (!(rate > 0 && rate <= MOST_RATE))
    throw new VumiError('request.invalid', `the rate is 1 to ${MOST_RATE} a second`, { field: 'rate' });
  if (!(Number.isInteger(count) && count > 0 && count <= MOST))
    throw new VumiError('request.invalid', `the count is 1 to ${MOST}`, { field: 'count' });
}

/** Waits until `done` or until the time is over. */
export async function settleWithin(ms: number, signal: AbortSignal, done: () => boolean): Promise<void> {
  const deadline = performance.now() + ms;
  while (!done() && !signal.aborted && performance.now() < deadline) await sleep(10);
}

/** Loads go to one's own machine unless somebody says that he means another. */
export function checkLoopback(host: string, anywhere: boolean): void {
  const own = host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
  if (own || anywhere) return;
  const text = `${host} is not this machine: load it only if it is yours, with --anywhere`;
  throw new VumiError('request.invalid', text, { field: 'host' });
}
