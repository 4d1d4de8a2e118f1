export { startTelemetry, type Telemetry } from './start-telemetry.ts';
export { telemetryOptions, type TelemetryOptions } from './options.ts';
export { tracedBroker } from './traced-broker.ts';
export { tracedEnds } from './traced-ends.ts';
export { tracedRequests } from './traced-requests.ts';
export { tracedRun, type RunFigures } from './traced-run.ts';
export { tracedSend } from './traced-send.ts';
export { tracedState } from './traced-state.ts';
