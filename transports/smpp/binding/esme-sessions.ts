import type { Socket } from 'node:net';
import { systemMachine } from '@vumi/machine';
import type { TransportPorts } from '../../transport-type.ts';
import type { OutbindBody } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import type { SmppConfig } from '../config.ts';
import type { Inbound } from '../inbound/inbound.ts';
import type { ReplayGuard, SessionReplays } from '../inbound/replay-guard.ts';
import type { Answer } from '../session/answer.ts';
import { Session, type IncomingRequest } from '../session/session.ts';
import { Traffic } from './traffic.ts';

export interface EsmeSessionPorts extends Pick<TransportPorts, 'end' | 'logger' | 'clock' | 'ledger'> {
  readonly config: SmppConfig;
  readonly inbound: Inbound;
  readonly guard: ReplayGuard;
  /** A session may take another request. */
  readonly onRoom: () => void;
}

/** A response that the SMSC may not have read for so long is worth an enquire_link, whose answer proves that it has. */
const UNREAD_MS = 5000;
const NOTED: Answer = { status: STATUS.ROK };

/** Makes the transport's sessions: what any of them delivers goes the one way in. */
export class EsmeSessions {
  readonly #ports: EsmeSessionPorts;
  readonly #open = new Map<Session, { readonly replays: SessionReplays; readonly traffic: Traffic }>();

  constructor(ports: EsmeSessionPorts) {
    this.#ports = ports;
  }

  /** `onOutbind` is told of an outbind, once; elsewhere the SMSC has no business to send one. */
  create(socket: Socket, onOutbind: (body: OutbindBody) => void = () => {}): Session {
    const { config, end, inbound, guard, ledger, logger, onRoom } = this.#ports;
    const replays = guard.openSession();
    let called = false;
    const onRequest = (request: IncomingRequest): Answer | Promise<Answer> => {
      if (request.body.command !== 'outbind') return inbound.handle(request, replays);
      if (!called && session.state === 'open') onOutbind(request.body);
      called = true;
      return NOTED;
    };
    const session: Session = new Session(socket, {
      role: 'esme',
      window: config.window,
      responseTimeoutMs: config.response_timeout * 1000,
      enquireLinkMs: config.smpp_enquire_link_interval * 1000,
      bindTimeoutMs: config.smpp_bind_timeout * 1000,
      ...(config.inactivity_timeout === 0 ? {} : { inactivityMs: config.inactivity_timeout * 1000 }),
      strictVersion: config.strict_interface_version,
      logger,
      clock: () => systemMachine().given(),
      onRequest,
      onRoom,
      beforeWrite: () => ledger.flush(),
      onRead: (order) => replays.read(order),
    });
    const traffic = new Traffic(socket, end.name);
    this.#open.set(session, { replays, traffic });
    void session.closed.then(() => {
      this.#open.delete(session);
      traffic.count();
      replays.end();
    });
    return session;
  }

  /** Counts bytes, and asks for proof where an SMSC may not have read a response. */
  sweep(): void {
    const now = this.#ports.clock();
    for (const [session, { replays, traffic }] of this.#open) {
      traffic.count();
      const { unreadSince } = replays;
      if (session.ready && unreadSince !== null && now - unreadSince >= UNREAD_MS) session.probe(UNREAD_MS);
    }
  }
}
