import { table } from '../output.ts';
import type { Figures, TransportFigures } from '../live/figures.ts';

/** What went through, what waits, and what somebody has to look after. */
export function figuresText(figures: Figures): string {
  const { transports, processes } = figures;
  const runners = processes.reduce((sum, one) => sum + one.runners, 0);
  const turns = processes.reduce((sum, one) => sum + one.turns, 0);
  return [
    ...(transports.length === 0 ? [] : [table(HEADINGS, transports.map(transportRow))]),
    [
      `Sandbox   ${runners} runners, ${turns} messages in them\n`,
      `Queues    ${queuesText(figures)}\n`,
      `Backlog   ${backlogText(figures)}\n`,
    ].join(''),
  ].join('\n');
}

const HEADINGS = ['TRANSPORT', 'IN', 'OUT', 'ACK', 'NACK', 'DELIVERED', 'FAILED', 'FLIGHT', 'WAIT'];

/** Counts since the processes began. */
function transportRow({ name, gauges, ...counts }: TransportFigures): (string | number | undefined)[] {
  const { received, sent, ack, nack, delivered, failed } = counts;
  const { in_flight: inFlight, window, waiting } = gauges;
  const flight = inFlight === undefined || window === undefined ? inFlight : `${inFlight}/${window}`;
  return [name, received, sent, ack, nack, delivered, failed, flight, waiting];
}

/** So many queues are named, the longest first. */
const MOST_QUEUES = 5;

function queuesText({ queues }: Figures): string {
  const waiting = queues
    .filter(({ messages }) => messages > 0)
    .toSorted((a, b) => b.messages - a.messages)
    .map(({ queue, messages }) => `${messages} in ${queue}`);
  if (waiting.length === 0) return 'nothing waits';
  const more = waiting.length > MOST_QUEUES ? [`${waiting.length - MOST_QUEUES} more queues`] : [];
  return [...waiting.slice(0, MOST_QUEUES), ...more].join(', ');
}

function backlogText({ backlog }: Figures): string {
  const oldest = Math.round(backlog.oldest_schedule_seconds ?? 0);
  const parts: readonly [count: number, text: string][] = [
    [backlog.failures_dead, 'failures wait for you (vumi failures list --all)'],
    [backlog.alerts_open, 'alerts are open'],
    [backlog.webhook_deliveries_pending, 'deliveries to webhooks wait'],
    [backlog.webhook_deliveries_dead, 'deliveries to webhooks were given up'],
    [backlog.schedules_due, `schedules are due, the oldest for ${oldest} s`],
  ];
  const told = parts.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
  return told.length === 0 ? 'none' : told.join('\n          ');
}
