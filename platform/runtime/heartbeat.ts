import { hostname } from 'node:os';
import type { Clock, KeyedState, Logger } from '@vumi/core';
import { overloadNow, type DiskReading, type OverloadReading } from '@vumi/machine';
import type { ProcessFigures } from '@vumi/measures';
import type { WorkerState } from './worker-spec.ts';

const BEAT_MS = 2000;
/** A process that has not been heard of for so long is gone. */
const GONE_MS = 3 * BEAT_MS + 1000;
/** On an overloaded machine a process that lives may say so that much later. */
const OVERLOADED_FACTOR = 5;
/** Of a process that does not tell. */
const UNKNOWN: OverloadReading = { overloaded: false, lost_share: 0, pressure: null };
const KEY = 'status/workers';
const MANY = 200;

/** What a process says of itself, for the status of the whole platform. */
export interface ProcessState extends ProcessReport {
  readonly worker_id: string;
  readonly hostname: string;
  readonly pid: number;
  readonly started_at: string;
  readonly seen_at: string;
  /** How much its machine has to do. */
  readonly overload: OverloadReading;
}

export interface ProcessReport {
  /** By which control messages reach it. */
  readonly supervisor: string;
  /** The supervisor that it is a worker of; null: it stands at the top. */
  readonly parent: string | null;
  /** Presets of workers that it was started with. */
  readonly roles: readonly string[];
  /** Where it shows `/metrics`, `/healthz` and `/readyz`; null: nowhere. */
  readonly probe: string | null;
  readonly workers: readonly WorkerState[];
  /** How full the file system of its data is; absent: it does not tell. */
  readonly disk?: DiskReading | null;
  /** What it has counted so far; absent: it does not tell. */
  readonly figures?: ProcessFigures;
}

export interface Heartbeat extends AsyncDisposable {
  /** The processes that were heard of lately, this one as it is now. */
  processes(): Promise<ProcessState[]>;
}

/** Tells the other processes of this platform, through the state, how this one is doing. */
export function startHeartbeat(ports: {
  readonly state: KeyedState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly report: () => ProcessReport;
}): Heartbeat {
  const { state, clock, logger } = ports;
  const iso = (): string => new Date(clock()).toISOString();
  const identity = {
    worker_id: `${hostname()}:${process.pid}`,
    hostname: hostname(),
    pid: process.pid,
    started_at: iso(),
  };
  const beat = async (): Promise<ProcessState[]> => {
    const own: ProcessState = { ...identity, seen_at: iso(), overload: overloadNow(), ...ports.report() };
    const all = await state.putField(
      KEY,
      identity.worker_id,
      JSON.stringify(own),
      GONE_MS * OVERLOADED_FACTOR,
    );
    // Restarts leave their entries behind; who is alive writes its own again at the next beat.
    if (Object.keys(all).length > MANY) await state.delete(KEY);
    return living(all, own, clock);
  };
  const quietly = (): void => {
    beat().catch((error: unknown) => logger.warn({ error }, 'cannot report this process to the others'));
  };
  quietly();
  const timer = setInterval(quietly, BEAT_MS).unref();
  return {
    processes: beat,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
    },
  };
}

/** The processes that were heard of lately, for who does not tell of itself. */
export async function readProcesses(
  state: Pick<KeyedState, 'getFields'>,
  clock: Clock,
): Promise<ProcessState[]> {
  return living(await state.getFields(KEY), { overload: overloadNow() }, clock);
}

function living(
  all: Readonly<Record<string, string>>,
  judge: Pick<ProcessState, 'overload'>,
  clock: Clock,
): ProcessState[] {
  return Object.values(all)
    .map((text) => complete(JSON.parse(text) as OfAnyVersion))
    .filter((worker) => Date.parse(worker.seen_at) > clock() - patienceFor(judge, worker))
    .sort((a, b) => a.worker_id.localeCompare(b.worker_id));
}

type Added = 'overload' | 'supervisor' | 'parent' | 'probe' | 'workers';
type OfAnyVersion = Omit<ProcessState, Added> & Partial<Pick<ProcessState, Added>>;

/** A process of an earlier version may run beside this one. */
function complete(process: OfAnyVersion): ProcessState {
  return {
    overload: UNKNOWN,
    supervisor: process.worker_id,
    parent: null,
    probe: null,
    workers: [],
    ...process,
  };
}

/** Neither a process that was starved nor one that judges while it is may take the other for gone. */
function patienceFor(judge: Pick<ProcessState, 'overload'>, judged: ProcessState): number {
  return judge.overload.overloaded || judged.overload.overloaded ? GONE_MS * OVERLOADED_FACTOR : GONE_MS;
}
