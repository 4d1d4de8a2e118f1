import { startScheduler } from '@vumi/applications';
import type { WorkerParts } from './parts.ts';

/** Name of the lease that the process which fires schedules holds. */
const LEASE = 'scheduler';

/** Fires the schedules of hosted apps; of all processes that run this, one does it. */
export function startSchedulerRole(ports: WorkerParts): AsyncDisposable {
  const { store, catalog, ends, connectorOf, recorder, appClock, logger } = ports;
  return startScheduler({
    lease: (signal) => store.lease(LEASE, signal),
    due: (at, query) => store.schedules.due(at, query),
    next: (except) => store.schedules.next(except),
    remove: (ids) => store.schedules.remove(ids),
    repeat: (next) => store.schedules.repeat(next),
    onSoon: (listener) =>
      store.onChange(({ what }) => {
        if (what === 'schedules') listener();
      }),
    isActive: (account) => catalog.table().isActive(account),
    publish: (ref, message) => ends.receiveOutbound(connectorOf(ref)).publishInbound(message),
    recordDiscarded: (ref, message) => recorder.inbound(message, ref, 'discarded'),
    clock: appClock,
    logger,
  });
}
