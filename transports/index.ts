export { transportTypes } from './registry.ts';
export { defineTransport } from './transport-type.ts';
export type { Transport, TransportHealth, TransportPorts, TransportType } from './transport-type.ts';
