export { startMiddleware, type ChainPorts, type MiddlewareChain } from './chain.ts';
export { compose, type Passing } from './compose.ts';
export { isRefusal } from './ends.ts';
export {
  checkMiddleware,
  takeMiddleware,
  type MiddlewareEntry,
  type TakenMiddleware,
} from './configuration.ts';
export { DROP, type Handle, type MiddlewareHandlers, type Passage } from './handlers.ts';
export {
  defineMiddleware,
  type MiddlewareParts,
  type MiddlewarePorts,
  type MiddlewareType,
  type RunningMiddleware,
} from './middleware-type.ts';
export { middlewareTypes } from './registry.ts';
