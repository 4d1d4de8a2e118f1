import { withModules } from '../aliases.ts';
import type { TransportAliases } from '../transport-type.ts';

const MODULES = ['vumi.transports.smpp', 'vumi.transports.smpp.smpp_transport'];
const CLASSES = {
  SmppTransport: {},
  SmppTransceiverTransport: { bind_type: 'transceiver' },
  SmppTransceiverTransportWithOldConfig: { bind_type: 'transceiver' },
  SmppTransmitterTransport: { bind_type: 'transmitter' },
  SmppReceiverTransport: { bind_type: 'receiver' },
} as const satisfies TransportAliases;

/** Vumi's classes, old ones among them; how they bind was in their names. */
export const SMPP_ALIASES: TransportAliases = withModules(MODULES, CLASSES);
