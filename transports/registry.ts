import { smppTransport } from './smpp/smpp-transport.ts';
import type { TransportType } from './transport-type.ts';

/** Every kind of transport; a new one is a folder and a line here. */
export const transportTypes = {
  smpp: smppTransport,
} as const satisfies Record<string, TransportType>;
