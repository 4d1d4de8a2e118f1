export { startDeadline, withinGiven, type Deadline, type DeadlineOptions, type Expiry } from './deadline.ts';
export { watchDisk, type DiskReading, type DiskWatch } from './disk.ts';
export { freePort } from './free-port.ts';
export type { Given, Machine, Meter } from './machine.ts';
export type { OverloadReading } from './overload.ts';
export { lostBetween, type ThreadReading, type ThreadTimes } from './threads.ts';
export { onOverload, overloadNow, systemMachine } from './system-machine.ts';
