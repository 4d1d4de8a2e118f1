import { perSecond, type Figures, type OwnerFigures, type Span, type TransportFigures } from './figures.ts';
import { number, rate, words, type LiveTable, type Value } from './live-table.ts';

/** What `vumi top` shows, each under its own key. */
export function liveTables(span: Span): LiveTable[] {
  return [transports(span), apps(span), accounts(span), queues(span), processes(span)];
}

const MESSAGES = ['received', 'sent', 'ack', 'nack', 'delivered', 'failed'] as const;
const OF_OWNERS = [...MESSAGES, 'runs'] as const;
const RATES = ['IN', 'OUT', 'ACK', 'NACK', 'DLVD', 'UNDL'].map(rate);

function transports(span: Span): LiveTable {
  const find = (figures: Figures, name: string) => figures.transports.find((one) => one.name === name);
  return {
    name: 'transports',
    columns: [
      words('TRANSPORT'),
      words('STATUS'),
      ...RATES,
      words('FLIGHT'),
      number('WAIT'),
      number('P95MS'),
    ],
    sortedBy: 3,
    rows: span.now.transports.map((one) => [
      one.name,
      one.status,
      ...MESSAGES.map((what) => perSecond(span, (figures) => find(figures, one.name)?.[what] ?? 0)),
      flightOf(one),
      one.gauges['waiting'] ?? null,
      inMilliseconds(one.gauges['response_p95_seconds']),
    ]),
  };
}

function inMilliseconds(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.round(seconds * 1000);
}

/** Unanswered, of how many may be. */
function flightOf({ gauges }: TransportFigures): string | null {
  const { in_flight, window } = gauges;
  if (in_flight === undefined) return null;
  return window === undefined ? String(in_flight) : `${in_flight}/${window}`;
}

function apps(span: Span): LiveTable {
  return owners(span, 'apps', {
    title: 'APP',
    nameOf: ({ account, app }) => (app === '' ? null : `${account}/${app}`),
  });
}

function accounts(span: Span): LiveTable {
  return owners(span, 'accounts', { title: 'ACCOUNT', nameOf: ({ account }) => account });
}

interface Naming {
  readonly title: string;
  /** Null: it is not shown. */
  readonly nameOf: (owner: OwnerFigures) => string | null;
}

function owners(span: Span, name: string, { title, nameOf }: Naming): LiveTable {
  const sums = (figures: Figures) => Map.groupBy(figures.owners, nameOf);
  const [now, before] = [sums(span.now), span.before === null ? null : sums(span.before)];
  const names = [...now.keys()].filter((key) => key !== null);
  const rateOf = (key: string, what: keyof OwnerFigures): number | null =>
    perSecond(span, (figures) => {
      const same = (figures === span.now ? now : before)?.get(key) ?? [];
      return same.reduce((sum, owner) => sum + Number(owner[what]), 0);
    });
  return {
    name,
    columns: [words(title), ...RATES, rate('RUNS'), number('CPU%', 1)],
    sortedBy: 1,
    rows: names.map((key) => {
      const cpu = rateOf(key, 'cpu_seconds');
      const values: Value[] = OF_OWNERS.map((what) => rateOf(key, what));
      values.unshift(key);
      values.push(cpu === null ? null : cpu * 100);
      return values;
    }),
  };
}

function queues(span: Span): LiveTable {
  const { now, before } = span;
  const earlier = new Map(before?.queues.map(({ queue, messages }) => [queue, messages]));
  return {
    name: 'queues',
    columns: [words('QUEUE'), number('WAITING'), number('MORE')],
    sortedBy: 1,
    rows: now.queues.map(({ queue, messages }) => {
      return [queue, messages, before === null ? null : messages - (earlier.get(queue) ?? 0)];
    }),
  };
}

function processes({ now }: Span): LiveTable {
  return {
    name: 'processes',
    columns: [
      words('PROCESS'),
      words('ROLES'),
      number('LOST%'),
      number('RUNNERS'),
      number('TURNS'),
      words('PROBE'),
    ],
    sortedBy: 0,
    rows: now.processes.map(({ name, roles, lost_share, runners, turns, probe }) => {
      return [name, roles.join(',') || 'workers', lost_share * 100, runners, turns, probe];
    }),
  };
}
