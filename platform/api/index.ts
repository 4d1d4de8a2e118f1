export { createApi } from './api.ts';
export {
  obtainAdminToken,
  validateAdminToken,
  type AdminToken,
  type ValidAdminToken,
} from './admin-token.ts';
export { createStripe } from './payments/stripe.ts';
export type { Payments } from './payments/payment-provider.ts';
export { createSimulatorApi } from './simulator-api.ts';
export type {
  ApiPorts,
  PhoneMessage,
  PlatformVitals,
  PlatformStatus,
  Simulator,
  WorkerStatus,
} from './ports.ts';
// For interfaces, whose clients ask for what the API does in other words.
export { createOperations, type CallOperation } from './call-operation.ts';
export { transportsOfAccount } from './status/account-transports.ts';
export { platformFigures } from './status/figures.ts';
export { openWorkers, platformStatus } from './status/platform-status.ts';
export type { PlatformProcess, StatusPorts, TransportState } from './status/ports.ts';
export { platformVitals } from './status/vitals.ts';
// For platform/hosting, which serves the subset that pages of apps may use.
export { bearerToken, everybody, type Access, type Caller } from './access.ts';
// For interfaces, whose clients sign in with tokens.
export { grants } from './scopes.ts';
export { hostName, underAppsDomain } from './app-origin.ts';
export { createHandler, type RequestHandler } from './handler.ts';
export { jsonBody } from './body.ts';
export { auditedAct } from './audit-acts.ts';
export { idempotencyKeyOf, onceUnderKey, sendHeaders } from './idempotency.ts';
export { defineRoute, created, done, ok, type Answer, type Route } from './route.ts';
export { serveRoutes } from './router.ts';
