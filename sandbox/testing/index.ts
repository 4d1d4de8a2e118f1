export { MemoryRecords } from './memory-records.ts';
export { FIRST_TRY, SandboxPlace, SECOND_TRY, type AppOptions } from './sandbox-place.ts';
