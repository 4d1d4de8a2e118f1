export { createControl, type Control, type ControlAnswer } from './control.ts';
export { consumeControl, controlKey } from './control-queue.ts';
export { controlRequestSchema, type ControlRequest } from './control-request.ts';
export { followSpecs, type SpecSource } from './follow-specs.ts';
export {
  readProcesses,
  startHeartbeat,
  type Heartbeat,
  type ProcessReport,
  type ProcessState,
} from './heartbeat.ts';
export { httpNotHere } from './http-not-here.ts';
export { ReadinessWatch, type Readiness } from './readiness.ts';
export {
  withoutMiddleware,
  type RuntimeServices,
  type SplitOptions,
  type WorkerMiddleware,
} from './services.ts';
export { workersInState, workersInStore, type StoredWorkers } from './stored-workers.ts';
export { createSupervisor, type Supervisor } from './supervisor.ts';
export { createWiring, type TrackedEnds, type Wiring } from './wiring.ts';
export { checkSpec } from './worker-life.ts';
export { listWorkers, supervisorTree, type ListedWorker, type SupervisorNode } from './worker-listing.ts';
export type { Origin, WorkerSpec, WorkerState, WorkerStatusName } from './worker-spec.ts';
export {
  defineWorker,
  type EndPorts,
  type Placement,
  type Worker,
  type WorkerEnds,
  type WorkerHealth,
  type WorkerPorts,
  type WorkerType,
} from './worker-type.ts';
