export { createApi } from './api.ts';
export { createSimulatorApi } from './simulator-api.ts';
export type {
  ApiPorts,
  PhoneMessage,
  PlatformVitals,
  PlatformStatus,
  SendRequest,
  Simulator,
  WorkerStatus,
} from './ports.ts';
// For platform/hosting, which serves the subset that pages of apps may use.
export { bearerToken, everybody, type Access, type Caller } from './access.ts';
export { hostName, underAppsDomain } from './app-origin.ts';
export { createHandler, type RequestHandler } from './handler.ts';
export { defineRoute, created, ok, type Route } from './route.ts';
export { serveRoutes } from './router.ts';
