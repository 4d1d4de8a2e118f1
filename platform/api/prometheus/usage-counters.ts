import type { AppTotals } from '@vumi/store';
import { Counter, Gauge, Registry } from 'prom-client';

/** Apps that are shown one by one: those that use most. Others, and those that are gone, are in their account's totals. */
const MOST_APPS = 2000;
const MICROSECONDS = 1e6;

/** What one counter counts, with its own label where it has one: `[[label value, count], …]`. */
interface CounterKind {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly read: (totals: AppTotals) => readonly (readonly [string, number])[];
}

const single = (read: (totals: AppTotals) => number): CounterKind['read'] => {
  return (totals) => [['', read(totals)]];
};
const messagesOf = ({ outcomes }: AppTotals): number =>
  Object.values(outcomes).reduce((sum, count) => sum + count, 0);

const KINDS: readonly CounterKind[] = [
  {
    name: 'messages_total',
    help: 'Messages and events that were handled, by outcome',
    label: 'outcome',
    read: ({ outcomes }) => Object.entries(outcomes),
  },
  {
    name: 'cpu_seconds_total',
    help: 'CPU of handlers',
    read: single(({ cpu_us }) => cpu_us / MICROSECONDS),
  },
  {
    name: 'wall_seconds_total',
    help: 'Time from the start of handlers to their end',
    read: single(({ wall_us }) => wall_us / MICROSECONDS),
  },
  {
    name: 'queue_wait_seconds_total',
    help: 'Time in which messages waited for their handlers',
    read: single(({ wait_us }) => wait_us / MICROSECONDS),
  },
  {
    name: 'host_calls_total',
    help: 'Calls of handlers to the platform, by kind',
    label: 'call',
    read: ({ calls }) => Object.entries(calls),
  },
  { name: 'sends_total', help: 'Messages that handlers left', read: single(({ sends }) => sends) },
  {
    name: 'bytes_total',
    help: 'Into handlers (messages, answers) and out of them (calls, effects)',
    label: 'direction',
    read: ({ bytes_in, bytes_out }) => [
      ['in', bytes_in],
      ['out', bytes_out],
    ],
  },
  {
    name: 'starts_total',
    help: 'Handlers whose app was loaded (warm) or had to be (cold)',
    label: 'start',
    read: (totals) => [
      ['cold', totals.cold_starts],
      ['warm', messagesOf(totals) - totals.cold_starts],
    ],
  },
];

/** Counters of apps (`vumi_app_…`) and of their accounts (`vumi_account_…`), since ever. */
export function usageCounters(totals: readonly AppTotals[]): Promise<string> {
  const registry = new Registry();
  const deployed = totals.filter((app) => app.deployed);
  const shown = deployed.slice(0, MOST_APPS);
  for (const kind of KINDS) {
    const ofApps = counterOf(registry, 'app', kind);
    const ofAccounts = counterOf(registry, 'account', kind);
    for (const one of totals) add(ofAccounts, kind, { account: one.account }, one);
    for (const one of shown) add(ofApps, kind, { account: one.account, app: one.app }, one);
  }
  new Gauge({
    name: 'vumi_apps_not_shown',
    help: `Apps without counters of their own: the ${MOST_APPS} that use most have them`,
    registers: [registry],
  }).set(deployed.length - shown.length);
  return registry.metrics();
}

function counterOf(
  registry: Registry,
  level: 'app' | 'account',
  { name, help, label }: CounterKind,
): Counter {
  const own = level === 'app' ? ['account', 'app'] : ['account'];
  return new Counter({
    name: `vumi_${level}_${name}`,
    help,
    labelNames: label === undefined ? own : [...own, label],
    registers: [registry],
  });
}

function add(
  counter: Counter,
  { label, read }: CounterKind,
  labels: Readonly<Record<string, string>>,
  totals: AppTotals,
): void {
  for (const [value, count] of read(totals))
    counter.inc(label === undefined ? { ...labels } : { ...labels, [label]: value }, Math.max(0, count));
}
