export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/start.ts';
export { openStore, type StoreOptions } from './open-store.ts';
export * from './records.ts';
export * from './store.ts';
