import { hash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createPlainServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { errorText, VumiError, type Logger } from '@vumi/core';
import type { OutbindBody } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import type { SmppConfig } from '../config.ts';
import type { OutbindConfig } from '../options/bind-options.ts';
import { isBound } from '../session/rules.ts';
import type { Session } from '../session/session.ts';
import type { BindReport } from './bind-health.ts';
import { bindBody } from './binding.ts';
import { loadOutbindTls } from './tls.ts';

export interface OutbindPorts {
  readonly config: SmppConfig;
  readonly outbind: OutbindConfig;
  readonly logger: Logger;
  readonly report: (report: BindReport) => void;
  /** `onOutbind` gets the outbind of the session's peer. */
  readonly createSession: (socket: Socket, onOutbind: (body: OutbindBody) => void) => Session;
}

/** Waits for the SMSC to call, checks who it is, and binds as receiver on its connection (section 2.2.1). */
export class OutbindListener {
  readonly #ports: OutbindPorts;
  readonly #server: Server;
  readonly #sessions = new Set<Session>();
  #closing = false;

  private constructor(server: Server, ports: OutbindPorts) {
    this.#server = server;
    this.#ports = ports;
    server.maxConnections = ports.outbind.max_connections;
    server.on('error', (error) => ports.logger.warn({ reason: errorText(error) }, 'outbind listener'));
    server.on('tlsClientError', (error: Error) =>
      ports.logger.warn({ reason: error.message }, 'outbind without TLS'),
    );
  }

  /** Throws `config.invalid` when the port cannot be had or the certificate cannot be read. */
  static async start(ports: OutbindPorts): Promise<OutbindListener> {
    const { outbind, report } = ports;
    const context = await loadOutbindTls(outbind);
    const asked = {
      requestCert: outbind.tls_ca !== undefined,
      rejectUnauthorized: outbind.tls_ca !== undefined,
    };
    const server = context === null ? createPlainServer() : createTlsServer({ ...context, ...asked });
    const listener = new OutbindListener(server, ports);
    server.on(context === null ? 'connection' : 'secureConnection', (socket: Socket) =>
      listener.#accept(socket),
    );
    server.listen(outbind.port, outbind.host);
    try {
      await once(server, 'listening');
    } catch (error) {
      const text = `"outbind": cannot listen on ${outbind.host}:${outbind.port}: ${errorText(error)}`;
      throw new VumiError('config.invalid', text, { field: 'outbind' });
    }
    report({ status: 'down', type: 'binding', message: `waiting for an outbind on port ${listener.port}` });
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  async close(drainMs: number): Promise<void> {
    this.#closing = true;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await Promise.all([...this.#sessions].map((session) => session.close(drainMs)));
    await closed;
  }

  #accept(socket: Socket): void {
    const session: Session = this.#ports.createSession(socket, (body) => {
      this.#onOutbind(session, body).catch((error: unknown) => {
        this.#ports.logger.warn({ reason: errorText(error) }, 'outbind failed');
      });
    });
    this.#sessions.add(session);
    void session.closed.then(({ message }) => {
      this.#sessions.delete(session);
      if (!this.#closing) this.#report(message);
    });
  }

  async #onOutbind(session: Session, body: OutbindBody): Promise<void> {
    const { config, outbind, logger } = this.#ports;
    if (!same(body.systemId, outbind.system_id) || !same(body.password, outbind.password)) {
      logger.warn({ systemId: body.systemId }, 'outbind with other credentials than those of the SMSC');
      session.destroy({ kind: 'closed_here', message: 'an outbind with wrong credentials was refused' });
      return;
    }
    const outcome = await session.bind(bindBody(config, 'bind_receiver'));
    if (outcome.outcome !== 'answered') return;
    if (outcome.status === STATUS.ROK && isBound(session.state)) return this.#report('bound');
    logger.warn({ status: statusName(outcome.status) }, 'the SMSC called and refuses the bind');
    await session.close();
  }

  #report(last: string): void {
    const bound = [...this.#sessions].some(({ state }) => isBound(state));
    this.#ports.report(
      bound
        ? { status: 'ok', type: 'bound', message: 'bound' }
        : {
            status: 'down',
            type: 'binding',
            message: `waiting for an outbind on port ${this.port}; ${last}`,
          },
    );
  }
}

/** In a time that does not tell how much of it was right. */
function same(given: string, wanted: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', wanted, 'buffer'));
}
