import type { Socket } from 'node:net';
import type { TransportPorts } from '../../transport-type.ts';
import type { SmppConfig } from '../config.ts';
import type { Inbound } from '../inbound/inbound.ts';
import type { ReplayGuard, SessionReplays } from '../inbound/replay-guard.ts';
import { Session } from '../session/session.ts';

export interface EsmeSessionPorts extends Pick<TransportPorts, 'logger' | 'clock' | 'ledger'> {
  readonly config: SmppConfig;
  readonly inbound: Inbound;
  readonly guard: ReplayGuard;
}

/** A response that the SMSC may not have read for so long is worth an enquire_link, whose answer proves that it has. */
const UNREAD_MS = 5000;

/** Makes the transport's sessions: what any of them delivers goes the one way in. */
export class EsmeSessions {
  readonly #ports: EsmeSessionPorts;
  readonly #open = new Map<Session, SessionReplays>();

  constructor(ports: EsmeSessionPorts) {
    this.#ports = ports;
  }

  create(socket: Socket): Session {
    const { config, inbound, guard, ledger, logger, clock } = this.#ports;
    const replays = guard.openSession();
    const session = new Session(socket, {
      role: 'esme',
      window: config.window,
      responseTimeoutMs: config.response_timeout * 1000,
      enquireLinkMs: config.smpp_enquire_link_interval * 1000,
      bindTimeoutMs: config.smpp_bind_timeout * 1000,
      logger,
      clock,
      onRequest: (request) => inbound.handle(request, replays),
      beforeWrite: () => ledger.flush(),
      onRead: (order) => replays.read(order),
    });
    this.#open.set(session, replays);
    void session.closed.then(() => {
      this.#open.delete(session);
      replays.end();
    });
    return session;
  }

  /** Asks for proof where an SMSC may not have read a response. */
  sweep(): void {
    const now = this.#ports.clock();
    for (const [session, { unreadSince }] of this.#open) {
      if (session.ready && unreadSince !== null && now - unreadSince >= UNREAD_MS) session.probe(UNREAD_MS);
    }
  }
}
