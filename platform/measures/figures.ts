import type { Counter } from './counter.ts';
import { messageMeasures } from './boxes/messages.ts';
import { sandboxMeasures } from './boxes/sandbox.ts';
import { transportMeasures } from './boxes/transports.ts';

/** What became of messages: counts since the process began. */
export interface MessageFigures {
  /** From networks. */
  received: number;
  /** Of a transport: dealt with; of an app or account: handed to a transport's queue. */
  sent: number;
  ack: number;
  nack: number;
  delivered: number;
  /** Reported as not delivered. */
  failed: number;
}

/** Of an app; `app` empty: what an account sent itself. */
export interface OwnerFigures extends MessageFigures {
  readonly account: string;
  readonly app: string;
  /** Messages and events that the app has handled. */
  runs: number;
  cpu_seconds: number;
}

/** The counts of a process that others add up: they travel with its heartbeat. */
export interface ProcessFigures {
  readonly transports: Readonly<Record<string, MessageFigures>>;
  /** Those that did most, so many at most. */
  readonly owners: readonly OwnerFigures[];
}

/** A heartbeat is some kilobytes. */
const MOST_OWNERS = 200;
/** Words of `vumi_transport_events_total` and `vumi_message_events_total`. */
const EVENTS = ['ack', 'nack', 'delivered', 'failed'] as const;

export function readFigures(): ProcessFigures {
  return { transports: transportFigures(), owners: ownerFigures() };
}

function noMessages(): MessageFigures {
  return { received: 0, sent: 0, ack: 0, nack: 0, delivered: 0, failed: 0 };
}

function transportFigures(): Record<string, MessageFigures> {
  const all = new Map<string, MessageFigures>();
  const of = (name: string): MessageFigures => {
    const figures = all.get(name) ?? noMessages();
    all.set(name, figures);
    return figures;
  };
  const { received, taken, events } = transportMeasures;
  for (const [[name = ''], count] of received.counts()) of(name).received += count;
  for (const [[name = ''], count] of taken.counts()) of(name).sent += count;
  for (const [[name = '', event], count] of events.counts()) addEvent(of(name), event, count);
  return Object.fromEntries(all);
}

function ownerFigures(): OwnerFigures[] {
  const all = new Map<string, OwnerFigures>();
  const of = (account: string, app: string): OwnerFigures => {
    const key = `${account}/${app}`;
    const figures = all.get(key) ?? { account, app, ...noMessages(), runs: 0, cpu_seconds: 0 };
    all.set(key, figures);
    return figures;
  };
  for (const [[account = '', app = '', direction, status], count] of messageMeasures.messages.counts()) {
    if (direction === 'inbound' && status !== 'unrouted') of(account, app).received += count;
    if (direction === 'outbound' && status === 'queued') of(account, app).sent += count;
  }
  for (const [[account = '', app = '', event], count] of messageMeasures.events.counts())
    addEvent(of(account, app), event, count);
  const add = (counter: Counter<readonly string[]>, figure: 'runs' | 'cpu_seconds'): void => {
    for (const [[account = '', app = ''], count] of counter.counts()) of(account, app)[figure] += count;
  };
  add(sandboxMeasures.runs, 'runs');
  add(sandboxMeasures.cpuSeconds, 'cpu_seconds');
  // What belongs to nobody that is known tells nobody anything.
  const known = [...all.values()].filter(({ account }) => account !== '');
  return known.toSorted((a, b) => activityOf(b) - activityOf(a)).slice(0, MOST_OWNERS);
}

function addEvent(figures: MessageFigures, event: string | undefined, count: number): void {
  const known = EVENTS.find((one) => one === event);
  if (known !== undefined) figures[known] += count;
}

function activityOf({ received, sent, runs }: OwnerFigures): number {
  return received + sent + runs;
}
