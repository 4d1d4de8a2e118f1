export { startScheduler, type SchedulerPorts } from './scheduler/scheduler.ts';
export { SessionManager, type Session, type SessionManagerOptions } from './session-manager.ts';
export { defineApplication, type ApplicationHandlers, type ApplicationPorts } from './base/application.ts';
export { applicationOptions, type ApplicationConfig } from './base/options.ts';
export type { SendOptions, Turn, TurnState } from './base/turn.ts';
export { alertOptionsSchema } from './alerts/options.ts';
export { alertsWorker } from './alerts/alerts-worker.ts';
export { applicationTypes } from './registry.ts';
export { platformFailureOptions } from './failures/options.ts';
export { failureWorker } from './failures/failure-worker.ts';
export { interfaceOptionsSchema } from './interfaces/options.ts';
export { startInterfaces } from './interfaces/interfaces-worker.ts';
export { messageKeeper, messageKeepingOptions } from './message-keeper/message-keeper.ts';
export { recordKeeper } from './record-keeper.ts';
export { lookAtRollouts, startRolloutWatch } from './rollouts/rollout-watch.ts';
export { startSmppHousekeeping } from './smpp-clients/housekeeping.ts';
export { createPlatformSide } from './smpp-clients/server-ports.ts';
export { webhookOptionsSchema } from './webhooks/options.ts';
export { webhooksWorker } from './webhooks/webhooks-worker.ts';
export {
  startWorkerScheduler,
  type Delivery,
  type WorkerScheduler,
  type WorkerSchedulerPorts,
} from './worker-scheduler.ts';
