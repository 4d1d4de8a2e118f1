import type { PlatformProcess, TransportState } from '@vumi/api';
import type { ProcessState, WorkerState } from '@vumi/runtime';
import type { SandboxStatus } from '@vumi/sandbox';
import { transportTypes } from '@vumi/transports';

/** What workers of these types tell of themselves beyond what every worker does. */
interface Details {
  readonly sandbox: SandboxStatus;
  readonly api: { readonly admin_token: string };
}

export const SMPP_SERVER = 'smpp_server';

/** Reads what the workers of a process say. */
export function toPlatformProcess(state: ProcessState): PlatformProcess {
  return {
    ...state,
    transports: state.workers.filter(isTransport).map(toTransport),
    sandbox: detailsOf(state, 'sandbox'),
    admin_token: detailsOf(state, 'api')?.admin_token ?? null,
  };
}

function detailsOf<T extends keyof Details>({ workers }: ProcessState, type: T): Details[T] | null {
  const found = workers.find((worker) => worker.type === type && worker.details !== undefined);
  return found === undefined ? null : (found.details as Details[T]);
}

export function isTransport({ type, origin }: Pick<WorkerState, 'type' | 'origin'>): boolean {
  return origin === 'store' || type === SMPP_SERVER || Object.hasOwn(transportTypes, type);
}

function toTransport({ name, type, status, message, gauges }: WorkerState): TransportState {
  return {
    name,
    type: type === SMPP_SERVER ? 'SMPP server' : type,
    status: status === 'waiting' ? 'down' : status,
    message,
    gauges,
  };
}
