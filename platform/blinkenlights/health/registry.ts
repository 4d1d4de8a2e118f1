import type { WorkerType } from '@vumi/runtime';
import { heartbeatMonitor } from './monitor.ts';
import { componentStatuses } from './statuses.ts';

/** The workers that watch the others; a new one is a file and a line here. */
export const healthTypes: readonly WorkerType[] = [heartbeatMonitor, componentStatuses];
