import { hostname } from 'node:os';
import { errorText, EXCHANGES, HEARTBEAT_KEY, type Broker, type Clock, type Logger } from '@vumi/core';
import { overloadNow } from '@vumi/machine';
import type { WorkerState } from '@vumi/runtime';
import { encodeRoadmapBeat, encodeVumiBeat, ROADMAP_KEY, type Beating } from './beat.ts';
import { processName } from './judge-processes.ts';

export interface BeatPorts {
  readonly broker: Pick<Broker, 'publish'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of this process. */
  readonly supervisor: string;
  readonly parent: string | null;
  readonly roles: readonly string[];
  readonly systemId: string;
  readonly intervalMs: number;
  readonly workers: () => readonly WorkerState[];
  /** The health of such a worker is told by statuses: its beats only say that it runs. */
  readonly tellsStatuses: (worker: WorkerState) => boolean;
}

/** The beats of a process. Disposal says that it goes. */
export interface Beats extends AsyncDisposable {
  /** Beats once more, now. */
  beat(): void;
}

/**
 * Says on the exchange of heartbeats, in Vumi's form and in the roadmap's, that this process and its workers live, for
 * whatever monitor listens. What the processes of a platform tell each other in full is in runtime/heartbeat.ts.
 */
export function startBeats(ports: BeatPorts): Beats {
  const { clock, logger, intervalMs } = ports;
  const startedAt = new Date(clock()).toISOString();
  let warned = false;
  const say = (leaving: boolean): void => {
    const said = beatsOf(ports, startedAt, leaving);
    Promise.all(said.map(([key, body]) => ports.broker.publish(key, body, EXCHANGES.health))).then(
      () => (warned = false),
      (error: unknown) => {
        if (!warned) logger.warn({ reason: errorText(error) }, 'heartbeats are not heard');
        warned = true;
      },
    );
  };
  say(false);
  const timer = setInterval(() => say(false), intervalMs).unref();
  return {
    beat: () => say(false),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      say(true);
    },
  };
}

/** Workers before their process: who hears that one is meant to run has heard by then that it does. */
function beatsOf(ports: BeatPorts, startedAt: string, leaving: boolean): (readonly [string, string])[] {
  const { supervisor, parent, roles, intervalMs } = ports;
  const workers = ports.workers().filter(({ status }) => status !== 'waiting');
  const common = { interval: intervalMs / 1000, supervisor, overloaded: overloadNow().overloaded };
  const ofWorkers = leaving ? [] : workers.filter(isRunning).flatMap((one) => ofWorker(ports, one, common));
  const process = {
    kind: 'process',
    ...common,
    parent,
    roles,
    started_at: startedAt,
    workers: Object.fromEntries(workers.map(({ name, placement }) => [name, placement])),
    failing: Object.fromEntries(
      workers.filter((one) => !isRunning(one)).map(({ name, message }) => [name, message]),
    ),
    ...(leaving ? { leaving } : {}),
  };
  return [...ofWorkers, ...bothForms(ports, processName(supervisor), process)];
}

function ofWorker(ports: BeatPorts, worker: WorkerState, common: object): (readonly [string, string])[] {
  const { name, type, status, message, started_at, restarts } = worker;
  const health = ports.tellsStatuses(worker) ? {} : { status, status_message: message };
  const further = { kind: 'worker', ...common, type, started_at, restarts, ...health };
  return bothForms(ports, name, further);
}

function bothForms(
  { clock, systemId }: BeatPorts,
  name: string,
  further: object,
): (readonly [string, string])[] {
  const beating: Beating = { systemId, name, hostname: hostname(), pid: process.pid };
  const now = clock();
  return [
    [HEARTBEAT_KEY, encodeVumiBeat(beating, now, further)],
    [ROADMAP_KEY, encodeRoadmapBeat(beating, now, further)],
  ];
}

/** One that was never started, or that waits to be started again, does not beat. */
function isRunning({ started_at }: WorkerState): boolean {
  return started_at !== null;
}
