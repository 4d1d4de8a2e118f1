export { transportTypes } from './registry.ts';
export type { Transport, TransportHealth, TransportPorts, TransportType } from './transport-type.ts';
