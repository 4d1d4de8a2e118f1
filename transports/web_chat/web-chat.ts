import { startSocketTransport, type SocketWork } from '../socket/start-socket-transport.ts';
import { defineTransport, type Transport, type TransportPorts } from '../transport-type.ts';
import { ChatServer } from './chat-server.ts';
import { webChatConfigSchema, type WebChatConfig } from './config.ts';
import { Conversations } from './conversations.ts';
import { WEB_CHAT_LIMITS } from './frames.ts';
import { SessionTokens } from './session-tokens.ts';

/** A chat for any page, which the platform serves itself (spec channels §C, web chat). */
export const webChatTransport = defineTransport({
  type: 'web_chat',
  summary:
    'A chat in any web page: one line to paste, buttons, pictures, messages that wait for visitors who are away',
  configSchema: webChatConfigSchema,
  limits: WEB_CHAT_LIMITS,
  places: () => [
    { purpose: 'page that shows the chat, to try it', path: '/' },
    {
      purpose: 'script of the chat, for the pages of the sites of allowed_origins',
      path: '/widget.js',
      paste: (url) => `<script src="${url}" async></script>`,
    },
    { purpose: 'WebSocket that the script speaks with', path: '/chat' },
  ],
  start,
});

function start(config: WebChatConfig, ports: TransportPorts): Promise<Transport> {
  /** What a former life has left waits for it, too. */
  const opening = Promise.withResolvers<{ conversations: Conversations; server: ChatServer }>();
  opening.promise.catch(() => {});
  return startSocketTransport({
    config,
    ports,
    // A page that gets a message twice shows it once.
    sendsAgain: true,
    receiptLifetime: config.retention,
    complete: async (message) => {
      const { conversations, server } = await opening.promise;
      const whole = await conversations.complete(message);
      if (whole === null) server.acknowledge(message);
      return whole;
    },
    onPublished: async (message) => {
      const { conversations, server } = await opening.promise;
      await conversations.published(message);
      server.acknowledge(message);
    },
    open: async (work) => {
      try {
        const opened = await open(config, work);
        opening.resolve(opened);
        return opened.server;
      } catch (error) {
        opening.reject(error);
        throw error;
      }
    },
  });
}

async function open(
  config: WebChatConfig,
  work: SocketWork,
): Promise<{ conversations: Conversations; server: ChatServer }> {
  const { ports, receipts } = work;
  const tokens = await SessionTokens.open(ports.state, ports.end.name);
  const opened: { server: ChatServer | null } = { server: null };
  const conversations = new Conversations(config, {
    ...ports,
    receipts,
    show: (session, frames) => opened.server?.show(session, frames),
  });
  const server = await ChatServer.start({ config, work, tokens, conversations });
  opened.server = server;
  return { conversations, server };
}
