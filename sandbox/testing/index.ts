export { MemoryRecords } from './memory-records.ts';
export { MemoryState } from '../trial/memory-state.ts';
export { FIRST_TRY, SandboxPlace, SECOND_TRY, type AppOptions } from './sandbox-place.ts';
