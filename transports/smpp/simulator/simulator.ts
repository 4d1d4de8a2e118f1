import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { errorText, VumiError } from '@vumi/core';
import type { BindBody } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import type { Answer } from '../session/answer.ts';
import { BindDesk } from '../session/bind-desk.ts';
import { Session, type IncomingRequest } from '../session/session.ts';
import { subscriberBodies } from './deliver-body.ts';
import { Deliveries } from './deliveries.ts';
import type { InjectedMessage, Simulator, SimulatorOptions } from './options.ts';
import { Phones } from './phones.ts';
import { Submits } from './submits.ts';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 2775;
const SYSTEM_ID = 'vumi-smsc';
const REFERENCES = 256;

/**
 * A short message service centre for one's own machine: a real SMPP server with phones behind it.
 * @throws VumiError `config.invalid` when it cannot listen there.
 */
export async function startSmscSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT } = options;
  const server = createServer({ noDelay: true });
  const smsc = new Smsc(server, options);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new VumiError('config.invalid', explainListen(error, `${host}:${port}`), { cause: error });
  }
  return smsc;
}

function explainListen(error: unknown, where: string): string {
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return inUse
    ? `the SMSC simulator cannot listen at ${where}: something else does; stop it or choose another port`
    : `the SMSC simulator cannot listen at ${where}: ${errorText(error)}`;
}

class Smsc implements Simulator {
  readonly #server: Server;
  readonly #options: SimulatorOptions;
  readonly #phones = new Phones();
  readonly #deliveries: Deliveries;
  readonly #submits: Submits;
  readonly #desk = new BindDesk();
  readonly #sessions = new Set<Session>();
  readonly #closing = new AbortController();
  #reference = 0;
  #injected = 0;

  constructor(server: Server, options: SimulatorOptions) {
    const { logger, retryMs = 1000 } = options;
    this.#server = server;
    this.#options = options;
    this.#deliveries = new Deliveries({ logger, retryMs, where: () => `${this.host}:${this.port}` });
    this.#submits = new Submits({
      options,
      phones: this.#phones,
      deliveries: this.#deliveries,
      signal: this.#closing.signal,
    });
    server.on('connection', (socket) => this.#accept(socket));
  }

  get host(): string {
    return this.#options.host ?? DEFAULT_HOST;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  get receivers(): number {
    return this.#deliveries.receivers;
  }

  async inject(message: InjectedMessage): Promise<{ message_id: string }> {
    this.#reference = (this.#reference + 1) % REFERENCES;
    const bodies = subscriberBodies(message, this.#reference);
    if (bodies === null)
      throw new VumiError('request.invalid', 'content is too long for one message', { field: 'content' });
    const { injectTimeoutMs: giveUpMs = 5000 } = this.#options;
    await Promise.all(bodies.map((body) => this.#deliveries.deliver(body, { systemId: null, giveUpMs })));
    this.#injected += 1;
    return { message_id: `mo-${this.#injected}` };
  }

  messages({ address }: { readonly address?: string | undefined } = {}) {
    return this.#phones.list(address);
  }

  onMessage(listener: Parameters<Simulator['onMessage']>[0]): Disposable {
    return this.#phones.onMessage(listener);
  }

  cut(): void {
    for (const session of this.#sessions) session.destroy({ kind: 'closed_here', message: 'cut' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#closing.abort();
    this.#deliveries.close();
    await Promise.all([...this.#sessions].map((session) => session.close()));
    await closed;
  }

  #accept(socket: Socket): void {
    const { logger, window = 50, responseTimeoutMs = 60_000 } = this.#options;
    let systemId = '';
    const session: Session = new Session(socket, {
      role: 'smsc',
      window,
      responseTimeoutMs,
      enquireLinkMs: 60_000,
      bindTimeoutMs: 30_000,
      logger,
      clock: Date.now,
      onRequest: (request) => {
        if ('systemId' in request.body) systemId = request.body.systemId;
        return this.#answer(request, systemId, session);
      },
    });
    this.#sessions.add(session);
    void session.closed.then(({ kind, message }) => {
      this.#sessions.delete(session);
      this.#deliveries.remove(session);
      logger.info({ systemId, kind, reason: message }, 'SMPP session ended');
    });
  }

  #answer({ body }: IncomingRequest, systemId: string, session: Session): Answer | Promise<Answer> {
    switch (body.command) {
      case 'bind_transmitter':
      case 'bind_receiver':
      case 'bind_transceiver':
        return this.#bind(body, session);
      case 'submit_sm':
      case 'data_sm':
        return this.#submits.take(body, systemId);
      default:
        return { status: STATUS.RINVCMDID };
    }
  }

  #bind(body: BindBody, session: Session): Answer {
    const { accounts, logger } = this.#options;
    const status = checkCredentials(accounts, body);
    logger.info({ systemId: body.systemId, command: body.command, status }, 'SMPP bind');
    const answer = this.#desk.answer(body, session, { systemId: SYSTEM_ID, status });
    if (answer.status !== STATUS.ROK) return answer;
    const receives = body.command !== 'bind_transmitter';
    return {
      ...answer,
      onQueued: () => {
        if (receives) this.#deliveries.add({ session, systemId: body.systemId });
      },
    };
  }
}

function checkCredentials(accounts: SimulatorOptions['accounts'], { systemId, password }: BindBody): number {
  if (accounts === undefined) return STATUS.ROK;
  if (!Object.hasOwn(accounts, systemId)) return STATUS.RINVSYSID;
  return accounts[systemId] === password ? STATUS.ROK : STATUS.RINVPASWD;
}
