import { API_CONNECTOR, VumiError } from '@vumi/core';
import { listWorkers, supervisorTree, type ListedWorker, type SupervisorNode } from '@vumi/runtime';
import { SUPERSEDED } from '../admin-token.ts';
import type { ApiPorts, PlatformStatus, WorkerStatus } from '../ports.ts';
import { mostOf, overloadText } from './overload.ts';
import { problemsOf } from './problems.ts';
import type { PlatformProcess, StatusPorts, TransportState } from './ports.ts';

/** Rejects while a server that every message needs does not answer. */
export async function platformStatus(
  { processes: listProcesses, store, broker, catalog, components, roles, isTransport }: StatusPorts,
  adminToken: string | null,
): Promise<PlatformStatus> {
  const [processes, rows, summary, issues] = await Promise.all([
    listProcesses(),
    store.transports.list(),
    components.summary(),
    components.issues(),
    broker.depth(API_CONNECTOR),
  ]);
  const transports = processes.flatMap((worker) => worker.transports);
  const others = listWorkers(processes).filter((one) => one.origin !== 'built-in' && !isTransport(one));
  const problems = problemsOf({
    processes,
    roles,
    transports: rows.map(({ name }) => name),
    validToken: adminToken,
    smppClients: [...catalog.smppClients()].length,
  });
  return {
    ready: true,
    problems: [...problems, ...others.flatMap(workerProblem)],
    overload: mostOf(processes.map(({ overload }) => overload)),
    components: summary,
    issues,
    workers: [
      ...processes.map((one) => toProcess(one, adminToken)),
      ...transports.map(toWorker),
      ...others.map((one) => toListed(one, isTransport)),
    ],
  };
}

/** What runs, in full, and what somebody wants to run. */
export function openWorkers(
  ports: Pick<StatusPorts, 'processes' | 'control' | 'isTransport'>,
  validId: () => string | null,
): ApiPorts['workers'] {
  return {
    async list() {
      const processes = await ports.processes();
      return [
        ...processes.map((one) => toProcess(one, validId())),
        ...listWorkers(processes).map((one) => toListed(one, ports.isTransport)),
      ];
    },
    async find(name) {
      const processes = await ports.processes();
      const node = nodeOf(supervisorTree(processes), name);
      const worker = listWorkers(processes).find((one) => one.name === name);
      if (node !== null) return { ...node, ...(worker === undefined ? {} : { worker }) };
      if (worker !== undefined) return { ...worker };
      throw new VumiError('not_found', `there is no worker "${name}": list the workers`);
    },
    control: (request) => ports.control.handle(request),
  };
}

function nodeOf(tree: readonly SupervisorNode[], name: string): SupervisorNode | null {
  for (const node of tree) {
    const found = node.name === name || node.process === name ? node : nodeOf(node.supervisors, name);
    if (found !== null) return found;
  }
  return null;
}

function workerProblem({ name, status, message }: ListedWorker): string[] {
  return status === 'ok' || status === 'waiting' ? [] : [`worker "${name}" is ${status}: ${message}`];
}

function toListed(
  { status, type, origin, ...worker }: ListedWorker,
  isTransport: StatusPorts['isTransport'],
): WorkerStatus {
  const kind = isTransport({ type, origin }) ? `transport (${type})` : type;
  return { ...worker, type, origin, kind, status: status === 'waiting' ? 'down' : status };
}

function toWorker({ name, type, status, message }: TransportState): WorkerStatus {
  return { name, kind: `transport (${type})`, status, message };
}

function toProcess(
  { worker_id, roles, admin_token, overload, supervisor, parent, probe }: PlatformProcess,
  valid: string | null,
): WorkerStatus {
  const kind = `process (${roles.join(', ') || 'workers'})`;
  const process = { name: worker_id, kind, supervisor, parent, ...(probe === null ? {} : { probe }) };
  if ((admin_token ?? valid) !== valid) return { ...process, status: 'degraded', message: SUPERSEDED };
  if (overload.overloaded) return { ...process, status: 'degraded', message: overloadText(overload) };
  return { ...process, status: 'ok', ...(probe === null ? {} : { message: `probe at ${probe}` }) };
}
