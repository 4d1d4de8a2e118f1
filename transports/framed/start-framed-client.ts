import { startSocketTransport } from '../socket/start-socket-transport.ts';
import type { Transport, TransportPorts } from '../transport-type.ts';
import type { FramedDialect } from './framed-client.ts';
import { FramedNetwork } from './framed-network.ts';
import type { FramedConfig } from './options.ts';
import { SessionBook } from './session-book.ts';

export function startFramedClient<C extends FramedConfig, F>(
  dialect: FramedDialect<C, F>,
  config: C,
  ports: TransportPorts,
): Promise<Transport> {
  const opened: { network: FramedNetwork<C, F> | null } = { network: null };
  const { sessions } = dialect;
  const receiptLifetime = dialect.receiptLifetime?.(config);
  const book =
    sessions === undefined
      ? null
      : new SessionBook({
          ...ports,
          lifetimeMs: sessions.lifetimeMs(config),
          key: (user, message) => sessions.key(user, message),
          onUnknown: (message) =>
            opened.network?.say(sessions.end(message, config.session_ended_message, config)),
        });
  return startSocketTransport({
    config,
    ports,
    sendsAgain: config.uncertain_policy === 'at-least-once',
    ...(receiptLifetime === undefined ? {} : { receiptLifetime, receiptsByRemoteId: true }),
    ...(book === null ? {} : { complete: (message) => book.complete(message) }),
    onPublished: async (message) => {
      const frame = sessions?.afterwards?.(message, config) ?? null;
      if (frame !== null) opened.network?.say(frame);
      if (message.session_event === 'close') await book?.forget(message.from_addr, message);
    },
    open: async (work) => {
      opened.network = new FramedNetwork({ dialect, config, work, book });
      return opened.network;
    },
  });
}
