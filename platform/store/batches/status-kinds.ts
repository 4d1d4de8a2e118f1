import { STATUS_KINDS, type StatusCounts, type StatusKind } from './batch-ports.ts';

/** What a row of messages (`direction`, `status`) counts as, and what else it adds to. */
export const MESSAGE_KIND = `case direction || '.' || status
  when 'inbound.received' then 'received'
  when 'outbound.queued' then 'sent'
  else case direction when 'inbound' then 'received.' || status else 'refused' end end`;

/** The same of a row of events, whose `status` is what it makes of its message. */
export const EVENT_KIND = `case status
  when 'ack' then 'ack'
  when 'nack' then 'nack'
  when 'delivered' then 'delivery_report.delivered'
  when 'undelivered' then 'delivery_report.failed'
  when 'pending' then 'delivery_report.pending'
  else 'nack.' || status end`;

/** Of a row with an `at`: days and hours are those of UTC. */
export const HOUR = "date_trunc('hour', at, 'UTC')";

/** Kinds as they are counted, with their sums. */
export function addUpKinds(rows: readonly { readonly kind: string; readonly count: number }[]): StatusCounts {
  const counts = Object.fromEntries(STATUS_KINDS.map((kind) => [kind, 0])) as Record<StatusKind, number>;
  for (const { kind, count } of rows) {
    const known = STATUS_KINDS.find((name) => name === kind);
    if (known === undefined) continue;
    counts[known] += count;
    const sum = STATUS_KINDS.find((name) => known.startsWith(`${name}.`));
    if (sum !== undefined) counts[sum] += count;
  }
  return counts;
}
