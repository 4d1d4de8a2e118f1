import { hostname } from 'node:os';
import type { Clock, KeyedState, Logger } from '@vumi/core';
import { overloadNow, type OverloadReading } from '@vumi/machine';
import type { SandboxStatus } from '@vumi/sandbox';
import type { Role } from './config-schema.ts';
import type { TransportState } from './transport-manager.ts';

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
export interface WorkerState {
  readonly worker_id: string;
  readonly hostname: string;
  readonly pid: number;
  readonly roles: readonly Role[];
  readonly started_at: string;
  readonly seen_at: string;
  readonly transports: readonly TransportState[];
  readonly sandbox: SandboxStatus | null;
  /** The id of the administrator's token that it was started with; null where it serves no API. */
  readonly admin_token: string | null;
  /** How much its machine has to do. */
  readonly overload: OverloadReading;
}

export type WorkerReport = Pick<WorkerState, 'transports' | 'sandbox' | 'admin_token'>;

export interface Heartbeat extends AsyncDisposable {
  /** The processes that were heard of lately, this one as it is now. */
  workers(): Promise<WorkerState[]>;
}

/** Tells the other processes of this platform, through the state, how this one is doing. */
export function startHeartbeat(
  ports: { state: KeyedState; clock: Clock; logger: Logger; report: () => WorkerReport },
  roles: readonly Role[],
): Heartbeat {
  const { state, clock, logger } = ports;
  const iso = (): string => new Date(clock()).toISOString();
  const identity = {
    worker_id: `${hostname()}:${process.pid}`,
    hostname: hostname(),
    pid: process.pid,
    roles,
    started_at: iso(),
  };
  const beat = async (): Promise<WorkerState[]> => {
    const own: WorkerState = { ...identity, seen_at: iso(), overload: overloadNow(), ...ports.report() };
    const all = await state.putField(
      KEY,
      identity.worker_id,
      JSON.stringify(own),
      GONE_MS * OVERLOADED_FACTOR,
    );
    // Restarts leave their entries behind; who is alive writes its own again at the next beat.
    if (Object.keys(all).length > MANY) await state.delete(KEY);
    return Object.values(all)
      .map((text) => withOverload(JSON.parse(text) as OfAnyVersion))
      .filter((worker) => Date.parse(worker.seen_at) > clock() - patienceFor(own, worker))
      .sort((a, b) => a.worker_id.localeCompare(b.worker_id));
  };
  const quietly = (): void => {
    beat().catch((error: unknown) => logger.warn({ error }, 'cannot report this process to the others'));
  };
  quietly();
  const timer = setInterval(quietly, BEAT_MS).unref();
  return {
    workers: beat,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
    },
  };
}

type OfAnyVersion = Omit<WorkerState, 'overload'> & Partial<Pick<WorkerState, 'overload'>>;

function withOverload(worker: OfAnyVersion): WorkerState {
  return { ...worker, overload: worker.overload ?? UNKNOWN };
}

/** Neither a process that was starved nor one that judges while it is may take the other for gone. */
function patienceFor(judge: WorkerState, judged: WorkerState): number {
  return judge.overload.overloaded || judged.overload.overloaded ? GONE_MS * OVERLOADED_FACTOR : GONE_MS;
}
