import { AsyncLocalStorage } from 'node:async_hooks';

/** By which request something is done. */
export interface AuditOrigin {
  readonly requestId: string;
  /** The address that it came from. */
  readonly source: string;
}

const origins = new AsyncLocalStorage<AuditOrigin>();

/** Entries that are written meanwhile say where the request came from. */
export function withAuditOrigin<T>(origin: AuditOrigin, work: () => T): T {
  return origins.run(origin, work);
}

export function auditOrigin(): AuditOrigin | undefined {
  return origins.getStore();
}
