import { withModules } from '../aliases.ts';
import { startSocketTransport } from '../socket/start-socket-transport.ts';
import { defineTransport } from '../transport-type.ts';
import { telnetConfigSchema } from './config.ts';
import { TelnetServer } from './telnet-server.ts';

/**
 * Terminals that connect and write lines (spec vumi-core §5.4, channels §A). What goes to an address that nobody has is a nack;
 * Vumi told everybody.
 */
export const telnetTransport = defineTransport({
  type: 'telnet',
  aliases: withModules(['vumi.transports.telnet', 'vumi.transports.telnet.telnet'], {
    TelnetServerTransport: {},
    AddressedTelnetServerTransport: { addressed: true },
  }),
  summary: 'Terminals that connect and write lines: for trying apps out',
  configSchema: telnetConfigSchema,
  start: (config, ports) =>
    startSocketTransport({ config, ports, open: (work) => TelnetServer.start(config, work) }),
});
