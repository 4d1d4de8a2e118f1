import type { Socket } from 'node:net';
import { errorText } from '@vumi/core';
import { BindRequests } from '../session/bind-requests.ts';
import { BindGate } from './bind-gate.ts';
import { BindRegistry } from './bind-registry.ts';
import { ClientDeliveries, type Receiver } from './client-deliveries.ts';
import type { SmppServerConfig } from './config.ts';
import { Connection, type ConnectionPorts } from './connection.ts';
import { listenPlain, listenTls, type Listener } from './listeners.ts';
import { LongMessages } from './long-messages.ts';
import { IdBook } from './message-ids.ts';
import type { SmppServerPorts } from './ports.ts';
import { Submits } from './submits.ts';

/** A running SMPP server. Disposal lets what is in flight finish, unbinds everybody and gives back what waits. */
export interface SmppServer extends AsyncDisposable {
  /** Null where it is closed. */
  readonly port: number | null;
  /** Null without TLS. */
  readonly tlsPort: number | null;
  /** Binds by system_id. */
  binds(): ReadonlyMap<string, number>;
  /** Ends the long messages that were not completed in time. Of all processes one does it at a time. */
  sweepParts(): Promise<void>;
}

/** How long a closing server waits for what is in flight. */
const DRAIN_MS = 5000;
const FORGET_MS = 30_000;
/** A queue tells of an acknowledgement that it missed by then. */
const ACKNOWLEDGED_MS = 600_000;

/**
 * Lets systems of accounts bind over SMPP: takes their messages, hands them theirs and the receipts (decision 0012).
 * Throws `config.invalid` when it cannot listen or read its certificate.
 */
export async function startSmppServer(config: SmppServerConfig, ports: SmppServerPorts): Promise<SmppServer> {
  const server = new Server(config, ports);
  try {
    await server.listen();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

class Server implements SmppServer {
  readonly #config: SmppServerConfig;
  readonly #ports: SmppServerPorts;
  readonly #registry: BindRegistry;
  readonly #messages: LongMessages;
  readonly #connecting: ConnectionPorts;
  readonly #connections = new Set<Connection>();
  readonly #deliveries = new Map<string, ClientDeliveries>();
  readonly #changes: Disposable;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt: number;
  #plain: Listener | null = null;
  #tls: Listener | null = null;

  constructor(config: SmppServerConfig, ports: SmppServerPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#startedAt = ports.clock();
    this.#registry = new BindRegistry(ports);
    const ids = new IdBook(ports.state);
    this.#messages = new LongMessages({ ...ports, ids, timeoutMs: config.parts_timeout * 1000 });
    this.#connecting = {
      ...ports,
      config,
      bindRequests: new BindRequests(),
      gate: new BindGate(ports.clock),
      registry: this.#registry,
      submits: new Submits({ ...ports, ids, messages: this.#messages, registry: this.#registry }),
      onReceiver: (systemId, receiver) => this.#receive(systemId, receiver),
    };
    this.#changes = ports.onClientsChanged(() => this.#refresh());
    this.#timer = setInterval(() => this.#forget(), FORGET_MS).unref();
  }

  async listen(): Promise<void> {
    const { tls, plain } = this.#config;
    const listening = { accept: (socket: Socket) => this.#accept(socket), logger: this.#ports.logger };
    if (tls !== undefined) this.#tls = await listenTls(this.#config, tls, listening);
    if (plain) this.#plain = await listenPlain(this.#config, listening);
  }

  get port(): number | null {
    return this.#plain?.port ?? null;
  }

  get tlsPort(): number | null {
    return this.#tls?.port ?? null;
  }

  binds(): ReadonlyMap<string, number> {
    const binds = new Map<string, number>();
    for (const { systemId } of this.#connections) {
      if (systemId !== null) binds.set(systemId, (binds.get(systemId) ?? 0) + 1);
    }
    return binds;
  }

  sweepParts(): Promise<void> {
    return this.#messages.sweep();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#changes[Symbol.dispose]();
    const listeners = [this.#plain, this.#tls].filter((listener) => listener !== null);
    const closing = listeners.map((listener) => listener[Symbol.asyncDispose]());
    await Promise.all([...this.#connections].map(({ session }) => session.close(DRAIN_MS)));
    await Promise.all([...this.#deliveries.values()].map((deliveries) => deliveries.close()));
    await Promise.all(closing);
    this.#registry[Symbol.dispose]();
  }

  #accept(socket: Socket): void {
    const connection = new Connection(socket, this.#connecting);
    this.#connections.add(connection);
    void connection.session.closed.then(() => {
      this.#connections.delete(connection);
      const { systemId } = connection;
      if (systemId !== null) this.#deliveries.get(systemId)?.remove(connection.session);
    });
  }

  #receive(systemId: string, receiver: Receiver): void {
    const known = this.#deliveries.get(systemId);
    const deliveries =
      known ??
      new ClientDeliveries(systemId, { ...this.#ports, keepMs: this.#config.keep_undelivered * 1000 });
    if (known === undefined) this.#deliveries.set(systemId, deliveries);
    deliveries.add(receiver);
  }

  /** Ends the binds of clients that may not bind any more. */
  #refresh(): void {
    for (const connection of this.#connections) {
      if (!connection.refresh()) this.#end(connection);
    }
  }

  #end({ session, systemId }: Connection): void {
    this.#ports.logger.info({ systemId }, 'an SMPP client may not be bound any more');
    session.close(DRAIN_MS).catch((error: unknown) => {
      this.#ports.logger.error({ systemId, reason: errorText(error) }, 'a bind could not be ended in order');
    });
  }

  /** What clients have acknowledged is only of interest until the queues know it, too, also after a restart. */
  #forget(): void {
    const { ledger, clock } = this.#ports;
    if (clock() - this.#startedAt < ACKNOWLEDGED_MS) return;
    for (const [key, at] of ledger.entries('')) {
      if (clock() - Number(at) < ACKNOWLEDGED_MS) return;
      ledger.delete(key);
    }
  }
}
