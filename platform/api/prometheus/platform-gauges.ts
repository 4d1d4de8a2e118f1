import { errorText } from '@vumi/core';
import { Counter, Gauge, Registry } from 'prom-client';
import type { ApiPorts, PlatformVitals, SandboxVitals, TransportVitals } from '../ports.ts';

const STATUSES = ['ok', 'degraded', 'down'] as const;
const GAUGE_NAME = /^[a-z][a-z0-9_]{0,60}$/;
const MEGABYTE = 1024 * 1024;

/** How the platform is, without a name of any account: processes, queues, transports, runners. */
export async function platformGauges(ports: Pick<ApiPorts, 'vitals' | 'logger'>): Promise<string> {
  const registry = new Registry();
  const write = writerOf(registry);
  try {
    const vitals = await ports.vitals();
    writeProcesses(write, vitals);
    for (const transport of atWork(vitals)) writeTransport(write, transport);
    for (const { worker_id, sandbox } of vitals.processes)
      if (sandbox !== null) writeSandbox(write, worker_id, sandbox);
    write('vumi_ready', 'Whether all that every message needs answers', {}, 1);
  } catch (error) {
    ports.logger.warn({ text: errorText(error) }, 'the figures of the platform cannot be told');
    registry.clear();
    writerOf(registry)('vumi_ready', 'Whether all that every message needs answers', {}, 0);
  }
  return registry.metrics();
}

type Write = (name: string, help: string, labels: Readonly<Record<string, string>>, value: number) => void;

/** Names that end in `_total` are counters, as Prometheus asks; the others are gauges. */
function writerOf(registry: Registry): Write {
  const known = new Map<string, (labels: Record<string, string>, value: number) => void>();
  const open = (name: string, help: string, labelNames: string[]) => {
    const options = { name, help, labelNames, registers: [registry] };
    if (name.endsWith('_total')) {
      const counter = new Counter(options);
      return (labels: Record<string, string>, value: number) => counter.inc(labels, value);
    }
    const gauge = new Gauge(options);
    return (labels: Record<string, string>, value: number) => gauge.set(labels, value);
  };
  return (name, help, labels, value) => {
    const set = known.get(name) ?? open(name, help, Object.keys(labels));
    known.set(name, set);
    set({ ...labels }, value);
  };
}

function writeProcesses(write: Write, { roles, processes, queues }: PlatformVitals): void {
  for (const role of roles) {
    const count = processes.filter((one) => one.roles.includes(role)).length;
    write('vumi_workers', 'Processes that were heard of lately', { role }, count);
  }
  for (const { worker_id: worker, started_at, overload } of processes) {
    const startedAt = Date.parse(started_at) / 1000;
    write('vumi_worker_start_time_seconds', 'When a process started, since the epoch', { worker }, startedAt);
    const { overloaded, lost_share: lost } = overload;
    write('vumi_worker_overloaded', 'Whether its machine has too much to do', { worker }, overloaded ? 1 : 0);
    write('vumi_worker_lost_ratio', 'Share of its time for which it got no processor', { worker }, lost);
  }
  for (const { queue, messages } of queues)
    write('vumi_queue_messages', 'Messages that wait in a queue', { queue }, messages);
}

/** Each transport once: several processes may name it, of which one has its lease and measures something. */
function atWork({ processes }: PlatformVitals): TransportVitals[] {
  const rank = ({ status, gauges }: TransportVitals): number =>
    (Object.keys(gauges).length > 0 ? STATUSES.length : 0) - STATUSES.indexOf(status);
  const byName = new Map<string, TransportVitals>();
  for (const transport of processes.flatMap(({ transports }) => transports)) {
    const known = byName.get(transport.name);
    if (known === undefined || rank(transport) > rank(known)) byName.set(transport.name, transport);
  }
  return [...byName.values()];
}

function writeTransport(write: Write, { name: transport, type, status, gauges }: TransportVitals): void {
  for (const one of STATUSES) {
    const labels = { transport, type, status: one };
    write('vumi_transport_status', 'Whether this is how a transport is', labels, one === status ? 1 : 0);
  }
  for (const [gauge, value] of Object.entries(gauges)) {
    if (!GAUGE_NAME.test(gauge) || !Number.isFinite(value) || value < 0) continue;
    write(`vumi_transport_${gauge}`, 'What a transport measures of itself', { transport }, value);
  }
}

function writeSandbox(write: Write, worker: string, sandbox: SandboxVitals): void {
  for (const [kind, runners] of Map.groupBy(sandbox.runners, (runner) => runner.kind)) {
    const sum = (of: (runner: SandboxVitals['runners'][number]) => number): number =>
      runners.reduce((total, runner) => total + of(runner), 0);
    const labels = { worker, kind };
    write('vumi_sandbox_runners', 'Runner processes at work', labels, runners.length);
    write(
      'vumi_sandbox_isolates',
      'Isolates in runners',
      labels,
      sum(({ apps }) => apps),
    );
    write(
      'vumi_sandbox_rss_bytes',
      'Memory of runners',
      labels,
      sum(({ rss_mb }) => rss_mb * MEGABYTE),
    );
  }
  const waiting = sandbox.quarantine.reduce((total, app) => total + app.waiting, 0);
  const figures: readonly [name: string, help: string, value: number][] = [
    ['standby', 'Whether a runner of each kind in use waits warm', sandbox.standby ? 1 : 0],
    ['apps', 'Apps that are loaded', sandbox.apps],
    ['turns', 'Messages and events that run or wait for a runner', sandbox.turns],
    ['quarantined_apps', 'Apps that killed a runner of others', sandbox.quarantine.length],
    ['quarantine_waiting', 'Messages that wait for a runner of an app in quarantine', waiting],
  ];
  for (const [name, help, value] of figures) write(`vumi_sandbox_${name}`, help, { worker }, value);
}
