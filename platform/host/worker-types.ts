import {
  alertsWorker,
  applicationTypes,
  failureWorker,
  messageKeeper,
  recordKeeper,
  webhooksWorker,
} from '@vumi/applications';
import { healthTypes, metricsTypes } from '@vumi/blinkenlights';
import { dispatcherWorker, platformDispatcherWorker, routingTableWorker } from '@vumi/dispatch';
import type { WorkerType } from '@vumi/runtime';
import { transportTypes } from '@vumi/transports';
import { offeredTransports } from './offered-transports.ts';
import { transportWorker } from './transport-worker.ts';

/**
 * Every kind of worker that can be started by its own options, in whatever process; a new one is a folder and a line
 * here. What the sections of the platform's configuration describe is in platform-workers.ts.
 */
export const workerTypes: readonly WorkerType[] = [
  ...Object.values(transportTypes).map(transportWorker),
  dispatcherWorker,
  routingTableWorker,
  platformDispatcherWorker(offeredTransports),
  ...Object.values(applicationTypes),
  webhooksWorker,
  failureWorker,
  alertsWorker,
  ...metricsTypes,
  ...healthTypes,
  messageKeeper,
  recordKeeper,
];
