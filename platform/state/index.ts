export { openEmbeddedState, type EmbeddedStateOptions } from './embedded/embedded-state.ts';
export { openLedger } from './ledger.ts';
export { measuredState } from './measured-state.ts';
export { connectRedisState, type RedisStateOptions } from './redis/redis-state.ts';
