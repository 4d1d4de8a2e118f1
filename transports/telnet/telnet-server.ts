import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { errorText, VumiError, type SessionEvent, type UserMessage } from '@vumi/core';
import type { Marks } from '../sending/results.ts';
import type { PartResult } from '../sending/part-result.ts';
import type { Line } from '../socket/outlet.ts';
import type { SocketNetwork, SocketWork } from '../socket/start-socket-transport.ts';
import type { TelnetConfig } from './config.ts';
import { TelnetClient } from './telnet-client.ts';

/** Terminals, each with the address that it writes from. */
export class TelnetServer implements SocketNetwork, Line {
  readonly hasRoom = true;
  readonly #config: TelnetConfig;
  readonly #work: SocketWork;
  readonly #server: Server;
  readonly #clients = new Set<TelnetClient>();
  /** Who can be written to, by address. */
  readonly #byAddress = new Map<string, TelnetClient>();
  #isReading = true;

  private constructor(config: TelnetConfig, work: SocketWork) {
    this.#config = config;
    this.#work = work;
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  static async start(config: TelnetConfig, work: SocketWork): Promise<TelnetServer> {
    const { telnet_host: host, telnet_port: port } = config;
    const server = new TelnetServer(config, work);
    server.#server.listen({ host, port });
    await once(server.#server, 'listening').catch((error: unknown) => {
      const message = `cannot listen on ${host}:${port}: ${errorText(error)}; choose another telnet_port`;
      throw new VumiError('config.invalid', message, { field: 'telnet_port', cause: error });
    });
    const message = `terminals connect to ${host} port ${server.port}`;
    work.health.report({ component: 'provider', status: 'ok', type: 'listening', message });
    work.outlet.join(server);
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  gauges(): Readonly<Record<string, number>> {
    return { clients: this.#byAddress.size, port: this.port };
  }

  read(isReading: boolean): void {
    this.#isReading = isReading;
    for (const client of this.#clients) client.read(isReading);
  }

  async send(message: UserMessage, marks: Marks): Promise<PartResult> {
    const client = this.#byAddress.get(message.to_addr ?? '');
    if (client?.isOpen !== true) return { kind: 'failed', reason: 'Unknown address.' };
    marks.sending();
    const failure = client.write(message.content ?? '');
    if (failure !== null) return { kind: 'failed', reason: failure };
    if (message.session_event === 'close') {
      this.#forget(client);
      client.hangUp();
    }
    return { kind: 'ok', remoteId: message.message_id };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#work.outlet.leave(this);
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const client of this.#clients) client.close();
    await closed;
  }

  #welcome(socket: Socket): void {
    if (this.#clients.size >= this.#config.max_clients) {
      socket.on('error', () => {});
      return void socket.end('Too many are connected; please try again later.\n');
    }
    const usual = {
      from: `${socket.remoteAddress}:${socket.remotePort}`,
      to: this.#config.to_addr ?? `${socket.localAddress}:${socket.localPort}`,
    };
    const client = new TelnetClient(socket, usual, {
      asks: this.#config.addressed,
      onReady: (ready) => {
        const before = this.#byAddress.get(ready.addresses.from);
        this.#byAddress.set(ready.addresses.from, ready);
        if (before !== undefined) displace(before);
        this.#publish(ready, 'new', null);
      },
      onLine: (writer, line) => this.#publish(writer, 'resume', line),
      onEnd: (gone) => {
        this.#forget(gone);
        this.#publish(gone, 'close', null);
      },
    });
    this.#clients.add(client);
    socket.once('close', () => this.#clients.delete(client));
    if (!this.#isReading) client.read(false);
  }

  #forget(client: TelnetClient): void {
    const { from } = client.addresses;
    if (this.#byAddress.get(from) === client) this.#byAddress.delete(from);
  }

  #publish({ addresses: { from, to } }: TelnetClient, event: SessionEvent, content: string | null): void {
    this.#work.inbound.take({ from_addr: from, to_addr: to, session_event: event, content });
  }
}

/** Its address is another's now. */
function displace(client: TelnetClient): void {
  client.write('Somebody else has this address now.');
  client.close();
}
