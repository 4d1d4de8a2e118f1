import { isDeepStrictEqual } from 'node:util';
import { VumiError } from '@vumi/core';
import type { WorkerRow } from '@vumi/store';
import { workerClassOf, workerNameOf, type ControlRequest } from './control-request.ts';
import type { ProcessState } from './heartbeat.ts';
import type { StoredWorkers } from './stored-workers.ts';
import type { Supervisor } from './supervisor.ts';
import { listWorkers, type ListedWorker } from './worker-listing.ts';
import type { Origin } from './worker-spec.ts';

export interface ControlAnswer {
  /** Who answers. */
  readonly supervisor: string;
  /** `forwarded`: another supervisor was told, and does it within moments. */
  readonly outcome: 'done' | 'forwarded';
  /** All of them for list_workers, else what is known of the one by now. */
  readonly workers: readonly ListedWorker[];
}

/** Starts, stops, restarts and lists workers while the platform runs. */
export interface Control {
  /** Errors: `request.invalid`, `config.invalid`, `request.conflict`, `not_found`, those of the store. */
  handle(request: ControlRequest): Promise<ControlAnswer>;
}

export interface ControlPorts {
  /** Of this supervisor. */
  readonly name: string;
  readonly supervisor: Supervisor;
  /** Throws `config.invalid` for what may not be started at run time. */
  readonly check: (spec: { readonly type: string; readonly config: unknown }) => void;
  readonly stored: StoredWorkers;
  /** Those that were heard of lately. */
  readonly processes: () => Promise<readonly ProcessState[]>;
  /** Resolves when the other supervisor will read it. */
  readonly forward: (supervisor: string, request: ControlRequest) => Promise<void>;
}

/** Why some workers cannot be stopped by name. */
const FIXED: Readonly<Partial<Record<Origin, string>>> = {
  'built-in': 'it belongs to the roles of its process: restart that with other roles',
  store: 'it is a transport: change or remove that',
};

export function createControl(ports: ControlPorts): Control {
  return {
    async handle(request) {
      const done = await perform(request, ports);
      const workers = listWorkers(await ports.processes());
      const { operation, worker_name: name } = request;
      return {
        supervisor: ports.name,
        outcome: done,
        workers: operation === 'list_workers' ? workers : workers.filter((worker) => worker.name === name),
      };
    },
  };
}

function perform(request: ControlRequest, ports: ControlPorts): Promise<ControlAnswer['outcome']> {
  const { operation, supervisor } = request;
  const isElsewhere = supervisor !== undefined && supervisor !== ports.name;
  if (operation === 'list_workers') return Promise.resolve('done');
  if (operation === 'start_worker') {
    return isElsewhere && !ports.stored.isShared
      ? forward(supervisor, request, ports)
      : start(request, ports);
  }
  return isElsewhere ? forward(supervisor, request, ports) : change(operation, request, ports);
}

async function start(request: ControlRequest, ports: ControlPorts): Promise<'done'> {
  const worker: WorkerRow = {
    name: workerNameOf(request),
    type: workerClassOf(request),
    config: request.worker_config ?? {},
    placement: request.placement ?? null,
    supervisor: request.supervisor ?? null,
    restarts: 0,
  };
  ports.check(worker);
  const existing = await ports.stored.get(worker.name);
  // The same message may come twice.
  if (existing !== null && isDeepStrictEqual({ ...existing, restarts: 0 }, worker)) return 'done';
  const others = listWorkers(await ports.processes()).filter(({ origin }) => origin !== 'run time');
  if (existing !== null || others.some(({ name }) => name === worker.name)) {
    const text = `there is a worker "${worker.name}" already: stop it first, or choose another name`;
    throw new VumiError('request.conflict', text, { field: 'worker_name' });
  }
  await ports.stored.put(worker);
  return 'done';
}

async function change(
  operation: 'stop_worker' | 'restart_worker',
  request: ControlRequest,
  ports: ControlPorts,
): Promise<ControlAnswer['outcome']> {
  const { stored, supervisor } = ports;
  const name = workerNameOf(request);
  const isStop = operation === 'stop_worker';
  if (await (isStop ? stored.remove(name) : stored.restart(name))) return 'done';
  const here = supervisor.find(name);
  if (here !== null) {
    const reason = FIXED[here.origin];
    if (reason !== undefined && (isStop || here.origin === 'built-in'))
      throw new VumiError('request.conflict', `"${name}" cannot be stopped alone: ${reason}`, {
        field: 'worker_name',
      });
    await (isStop ? supervisor.stop(name) : supervisor.restart(name));
    return 'done';
  }
  const there = listWorkers(await ports.processes()).find((worker) => worker.name === name);
  if (there === undefined || there.supervisor === ports.name)
    throw new VumiError('not_found', `there is no worker "${name}": list the workers`, {
      field: 'worker_name',
    });
  return forward(there.supervisor, request, ports);
}

async function forward(
  supervisor: string,
  request: ControlRequest,
  ports: ControlPorts,
): Promise<'forwarded'> {
  const known = await ports.processes();
  if (!known.some((one) => one.supervisor === supervisor)) {
    const text = `no supervisor "${supervisor}" was heard of lately: list the workers`;
    throw new VumiError('not_found', text, { field: 'supervisor' });
  }
  // To that one and no further: it answers for itself.
  await ports.forward(supervisor, { ...request, supervisor });
  return 'forwarded';
}
