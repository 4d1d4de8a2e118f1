import type { Transport } from '../transport-type.ts';
import type { BindHealth } from './binding/bind-health.ts';
import type { SmppConfig } from './config.ts';
import type { Health } from './health.ts';
import type { Lanes } from '../sending/lanes.ts';
import type { SubmitCounts } from './outbound/submit.ts';
import type { ReceiptBook } from '../sending/receipts/receipt-book.ts';
import type { Session } from './session/session.ts';

export interface ReportParts {
  readonly config: SmppConfig;
  readonly health: Health;
  readonly binds: BindHealth;
  readonly lanes: Lanes<Session>;
  readonly counts: SubmitCounts;
  readonly receipts: ReceiptBook;
}

/** What operators see of the transport. */
export function reportOf(parts: ReportParts): Pick<Transport, 'status' | 'gauges'> {
  const { health, binds, lanes, counts, config, receipts } = parts;
  return {
    status: () => {
      const { current } = health;
      if (current.status === 'down') return current;
      const said = [current.message, figures(parts), advise(parts)].filter((text) => text !== null);
      return { ...current, message: said.join('; ') };
    },
    gauges: () => ({
      binds_bound: binds.bound,
      binds_wanted: binds.wanted,
      in_flight: lanes.inFlight,
      window: lanes.open * config.window,
      waiting: lanes.waiting,
      submit_per_second: lanes.passedPerSecond,
      ...(Number.isFinite(lanes.rate) ? { limit_per_second: Math.round(lanes.rate * 10) / 10 } : {}),
      response_p50_seconds: lanes.responseMs(0.5) / 1000,
      response_p95_seconds: lanes.responseMs(0.95) / 1000,
      throttled_total: counts.throttled,
      retried_total: counts.retried,
      uncertain_total: counts.uncertain,
      unknown_receipts_total: receipts.unknown,
    }),
  };
}

/** Null while nothing is sent. */
function figures({ config, lanes }: ReportParts): string | null {
  const { passedPerSecond, inFlight, waiting } = lanes;
  if (passedPerSecond + inFlight + waiting === 0) return null;
  const places = `${inFlight} of ${lanes.open * config.window} in flight`;
  return `${passedPerSecond}/s, ${places}, ${waiting} waiting, p50 ${round(lanes.responseMs(0.5))} ms`;
}

/** What holds messages up, in figures, and what to do about it; null when nothing does. */
function advise({ config, lanes }: ReportParts): string | null {
  if (lanes.throttled) return `sending at ${Math.round(lanes.rate)}/s`;
  if (lanes.limit === 'pace') return `the limit of ${Math.round(lanes.rate)}/s holds messages up: see mt_tps`;
  if (lanes.limit !== 'window') return null;
  const ms = lanes.responseMs(0.5);
  const places = lanes.open * config.window;
  const rate = Math.round((places * 1000) / Math.max(ms, 0.1));
  const binds = lanes.open > 1 ? `${lanes.open} × ` : '';
  return `${binds}window ${config.window} × ${round(ms)} ms = ${rate}/s holds messages up: a greater window or bind_count allows more`;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
