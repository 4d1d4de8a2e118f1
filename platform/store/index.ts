export type { Backlog } from './backlog.ts';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/start.ts';
export { findRunningPostgres } from './embedded/running.ts';
export { emptyTables, finishTables, parentsFirst, readSchema, type DumpSchema } from './dump-schema.ts';
export { makeSchema } from './migrate.ts';
export type { Statements } from './database.ts';
export { createAppLogWriter, type AppLogWriter } from './app-log-writer.ts';
export { openStore, type StoreOptions } from './open-store.ts';
export * from './records.ts';
export * from './message-records.ts';
export * from './run-records.ts';
export * from './retention/retention-ports.ts';
export * from './alerts/alert-ports.ts';
export * from './rollouts/rollout-ports.ts';
export type { AuditQuery } from './account-ports.ts';
export { auditOrigin, withAuditOrigin, type AuditOrigin } from './audit-origin.ts';
export * from './message-ports.ts';
export * from './batches/batch-ports.ts';
export * from './erasures/erasure-ports.ts';
export * from './store.ts';
export * from './tag-pools/records.ts';
export * from './timeline/records.ts';
export { EXCHANGE_KEEPING } from './timeline/exchange-keeper.ts';
export type { ExchangeOptions, Exchanges, OpenExchangeBook } from './timeline/exchanges.ts';
export * from './components/component-ports.ts';
export * from './components/records.ts';
export * from './failures/failure-ports.ts';
export * from './failures/records.ts';
export * from './webhooks/records.ts';
export * from './webhooks/webhook-ports.ts';
export * from './top-ups/top-up-ports.ts';
export * from './credits/credit-ports.ts';
export { PLATFORM_STORE, type SeriesPoint, type SeriesQuery } from './series/series-ports.ts';
