export { startScheduler, type SchedulerPorts } from './scheduler/scheduler.ts';
