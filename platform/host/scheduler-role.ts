import { startScheduler } from '@vumi/applications';
import type { SandboxRolePorts } from './sandbox-role.ts';

/** Name of the lease that the process which fires schedules holds. */
const LEASE = 'scheduler';

/** Fires the schedules of hosted apps; of all processes that run this, one does it. */
export function startSchedulerRole(ports: SandboxRolePorts): AsyncDisposable {
  const { store, catalog, connectors, connectorOf, recorder, clock, logger } = ports;
  return startScheduler({
    lease: (signal) => store.lease(LEASE, signal),
    due: (at, query) => store.schedules.due(at, query),
    next: (except) => store.schedules.next(except),
    remove: (ids) => store.schedules.remove(ids),
    onSoon: (listener) =>
      store.onChange(({ what }) => {
        if (what === 'schedules') listener();
      }),
    isActive: (account) => catalog.table().isActive(account),
    publish: (ref, message) => connectors.queues(connectorOf(ref)).inbound.publish(message),
    recordDiscarded: (ref, message) => recorder.inbound(message, ref, 'discarded'),
    clock,
    logger,
  });
}
