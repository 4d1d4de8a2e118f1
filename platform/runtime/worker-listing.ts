import type { ProcessState } from './heartbeat.ts';
import type { WorkerState } from './worker-spec.ts';

/** A worker as all supervisors together see it. */
export interface ListedWorker extends Omit<WorkerState, 'details'> {
  /** The supervisor that runs it, or waits to. */
  readonly supervisor: string;
  /** Its process. */
  readonly process: string;
}

/** The workers of all processes. Of those that wait for their turn none is told of while another process runs it. */
export function listWorkers(processes: readonly ProcessState[]): ListedWorker[] {
  const all = processes.flatMap(({ supervisor, worker_id, workers }) =>
    workers.map(({ details: _details, ...worker }) => ({ ...worker, supervisor, process: worker_id })),
  );
  const running = new Set(all.filter(({ status }) => status !== 'waiting').map(({ name }) => name));
  return all.filter(({ name, status }) => status !== 'waiting' || !running.has(name));
}

/** A supervisor with what it runs: its workers, and the supervisors that have it for a parent. */
export interface SupervisorNode {
  readonly name: string;
  readonly process: string;
  readonly workers: readonly ListedWorker[];
  readonly supervisors: readonly SupervisorNode[];
}

/** Supervisors without a parent that is heard of stand at the top. */
export function supervisorTree(processes: readonly ProcessState[]): SupervisorNode[] {
  const listed = listWorkers(processes);
  const known = new Set(processes.map(({ supervisor }) => supervisor));
  const nodesUnder = (parent: string | null, above: ReadonlySet<string>): SupervisorNode[] =>
    processes
      .filter((one) => parentOf(one, known) === parent && !above.has(one.worker_id))
      .map((one) => ({
        name: one.supervisor,
        process: one.worker_id,
        workers: listed.filter(({ process }) => process === one.worker_id),
        supervisors: nodesUnder(one.supervisor, new Set([...above, one.worker_id])),
      }));
  return nodesUnder(null, new Set());
}

function parentOf({ supervisor, parent }: ProcessState, known: ReadonlySet<string>): string | null {
  return parent !== null && parent !== supervisor && known.has(parent) ? parent : null;
}
