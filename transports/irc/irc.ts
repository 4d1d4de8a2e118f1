import { isIP } from 'node:net';
import { withModules } from '../aliases.ts';
import { connect, type TlsClient } from '../dialing/connect.ts';
import { DialingNetwork } from '../socket/dialing-network.ts';
import { startSocketTransport } from '../socket/start-socket-transport.ts';
import { defineTransport } from '../transport-type.ts';
import { ircConfigSchema, type IrcConfig } from './config.ts';
import { IrcSession } from './irc-session.ts';

const CONNECT_MS = 30_000;

/**
 * A client of an IRC server (RFC 2812; spec vumi-core §5.4, channels §A). A message is acknowledged when the server has
 * answered a PING behind it: what it says of receivers whom it does not know comes before.
 */
export const ircTransport = defineTransport({
  type: 'irc',
  aliases: withModules(['vumi.transports.irc', 'vumi.transports.irc.irc'], { IrcTransport: {} }),
  summary: 'A client of an IRC server: private messages and channels',
  configSchema: ircConfigSchema,
  start: (config, ports) =>
    startSocketTransport({
      config,
      ports,
      sendsAgain: config.uncertain_policy === 'at-least-once',
      open: async (work) => {
        const { network: host, port } = config;
        const tls = tlsOf(config);
        return new DialingNetwork({
          ...config,
          where: `${host}:${port}`,
          work,
          connect: async (signal, onLost) => {
            const socket = await connect({ host, port, tls }, CONNECT_MS, signal);
            return IrcSession.start(socket, { config, work, onLost }, signal);
          },
        });
      },
    }),
});

function tlsOf({ tls, tls_verify, network }: IrcConfig): TlsClient | null {
  if (!tls) return null;
  return {
    rejectUnauthorized: tls_verify,
    expected: network,
    ...(isIP(network) === 0 ? { servername: network } : {}),
  };
}
