export { appConnectors, createAppQueues } from './app-queues.ts';
export { cancelMessage, decideCancellations } from './cancellations.ts';
export { openCatalog, shareCatalog, type Catalog } from './catalog.ts';
export { watchConnectors } from './connector-health.ts';
export { createBilling, type Billing } from './credits/billing.ts';
export { createSegmentCounts } from './credits/count-segments.ts';
export { createDispatcher, type Dispatcher, type DispatcherEnds } from './dispatcher.ts';
export { guardOutbound, standingRefusal } from './gate.ts';
export { dispatchMiddlewareTypes } from './middleware/registry.ts';
export type { MessageRecorder } from './middleware/recording.ts';
export { isOptedOut } from './optouts.ts';
export { createPlatformDispatcher, SESSION_PREFIX, type WiredConnectors } from './platform-dispatcher.ts';
export { receivable } from './receivable.ts';
export { createReadReceiver, type ReadReceiver } from './receivers.ts';
export { createRouteTableRouter, type Holder } from './route-table-router.ts';
export { RouteTable, type RoutingSnapshot } from './route-table.ts';
export { findRouter } from './routers/find-router.ts';
export { routerTypes } from './routers/registry.ts';
export { defineRouter, type Routed, type Router, type RouterPorts, type RouterType } from './router.ts';
export { ownerOfSimulated } from './simulated-owner.ts';
export { requireActive, sendForAccount } from './sender.ts';
export { createSessions } from './sessions.ts';
export type { WayOut } from './ways-out.ts';
export { dispatcherWorker } from './workers/dispatcher-worker.ts';
export {
  fallbackAppOf,
  platformDispatcherOptions,
  platformDispatcherWorker,
} from './workers/platform-dispatcher-worker.ts';
export { routingTableWorker } from './workers/routing-table-worker.ts';
export { createRouteProver } from './proof/prove-route.ts';
