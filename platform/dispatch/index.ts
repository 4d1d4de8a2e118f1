export { appConnectors, createAppQueues } from './app-queues.ts';
export {
  createDispatcher,
  type Dispatcher,
  type DispatcherPorts,
  type MessageRecorder,
} from './dispatcher.ts';
export { guardInbound, guardOutbound } from './gate.ts';
export { receivable } from './receivable.ts';
export { createEventRoutes } from './event-routes.ts';
export { createContentKeywordRouter } from './routers/content-keyword-router.ts';
export { createSimpleDispatchRouter, type SimpleDispatchConfig } from './routers/simple-dispatch-router.ts';
export { RoutingTable, type RoutingSnapshot } from './routing-table.ts';
export { createSessions } from './sessions.ts';
export { createStopWords, stopWish } from './stop-words.ts';
export type { WayOut } from './ways-out.ts';
export { appOf, stampMessage, stampOf, type Sender, type Stamp } from './stamp.ts';
