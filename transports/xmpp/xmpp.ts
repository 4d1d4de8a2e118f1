import { withModules } from '../aliases.ts';
import { DialingNetwork } from '../socket/dialing-network.ts';
import { startSocketTransport } from '../socket/start-socket-transport.ts';
import { defineTransport } from '../transport-type.ts';
import { xmppConfigSchema } from './config.ts';
import { XmppSession } from './xmpp-session.ts';

/** A client of an XMPP server (RFC 6120; spec vumi-core §5.4, channels §A). */
export const xmppTransport = defineTransport({
  type: 'xmpp',
  aliases: withModules(['vumi.transports.xmpp', 'vumi.transports.xmpp.xmpp'], { XMPPTransport: {} }),
  summary: 'A client of an XMPP (Jabber) server: messages, presence, receipts',
  configSchema: xmppConfigSchema,
  start: (config, ports) =>
    startSocketTransport({
      config,
      ports,
      sendsAgain: config.uncertain_policy === 'at-least-once',
      receiptLifetime: config.receipt_lifetime,
      open: async (work) =>
        new DialingNetwork({
          ...config,
          where: config.service ?? config.host ?? config.username,
          work,
          connect: (signal, onLost) => XmppSession.start({ config, work, onLost }, signal),
        }),
    }),
});
