import type { Socket } from 'node:net';
import { backoffMs, errorText, sleep } from '@vumi/core';
import { connect } from '../dialing/connect.ts';
import { keepTrying, type TryOutcome } from '../dialing/keep-trying.ts';
import type { SocketNetwork, SocketWork } from '../socket/start-socket-transport.ts';
import type { Digits, FramedDialect } from './framed-client.ts';
import { FramedLink, type FramedReceipt } from './framed-link.ts';
import type { FramedConfig } from './options.ts';
import type { SessionBook } from './session-book.ts';

const DRAIN_MS = 5000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** A network that does not want us is asked again after a minute, or the longest wait that is allowed. */
const REFUSED_STEPS = 6;

export interface FramedNetworkOptions<C, F> {
  readonly dialect: FramedDialect<C, F>;
  readonly config: C;
  readonly work: SocketWork;
  /** Null: the network has no sessions. */
  readonly book: SessionBook | null;
}

/** A network that talks nonsense must not fill our disk. */
const LOGGED = 100;

/** Keeps a connection to a network of one dialect, for as long as it takes. */
export class FramedNetwork<C extends FramedConfig, F> implements SocketNetwork {
  readonly #dialect: FramedDialect<C, F>;
  readonly #config: C;
  readonly #work: SocketWork;
  readonly #book: SessionBook | null;
  readonly #digits: Digits;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #link: FramedLink<C, F> | null = null;
  #isReading = true;
  readonly #counts = { connections: 0, ignored: 0 };

  constructor(options: FramedNetworkOptions<C, F>) {
    const { dialect, config, work, book } = options;
    const { random, clock } = work.ports;
    this.#dialect = dialect;
    this.#config = config;
    this.#work = work;
    this.#book = book;
    work.health.report({ component: 'provider', status: 'down', type: 'connecting', message: 'connecting' });
    this.#digits = (count) => Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
    this.#done = keepTrying({
      attempt: () => this.#attempt(),
      firstMs: config.initial_reconnect_delay * 1000,
      mostMs: config.max_reconnect_delay * 1000,
      refusedSteps: REFUSED_STEPS,
      clock,
      random,
      signal: this.#closing.signal,
    });
  }

  gauges(): Readonly<Record<string, number>> {
    const { connections, ignored } = this.#counts;
    return {
      connections_total: connections,
      ignored_frames_total: ignored,
      unknown_receipts_total: this.#work.receipts.unknown,
    };
  }

  read(isReading: boolean): void {
    this.#isReading = isReading;
    this.#link?.read(isReading);
  }

  /** Says something to the network, if it is there. */
  say(frame: F): void {
    this.#link?.say(frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('closing'));
    await this.#link?.close(DRAIN_MS);
    await this.#done;
  }

  /** One connection from its beginning to its end. */
  async #attempt(): Promise<TryOutcome> {
    const { host, port } = this.#dialect.connect(this.#config);
    const { health } = this.#work;
    const where = `${host}:${port}`;
    const { signal } = this.#closing;
    try {
      const socket = await connect({ host, port }, this.#config.login_timeout * 1000, signal);
      const link = this.#createLink(socket);
      const refusal = await this.#logIn(link);
      if (refusal !== null) {
        const message = `${where} refuses the login: ${refusal}; see the credentials of the transport`;
        health.report({ component: 'auth', status: 'down', type: 'unauthorized', message });
        await link.close(0);
        return 'refused';
      }
      this.#reportLost(`${where}: ${await link.closed}`);
    } catch (error) {
      this.#reportLost(`no connection to ${where}: ${errorText(error)}`);
    } finally {
      this.#link = null;
    }
    return 'ended';
  }

  /** Null when we are in, or the connection ended, else what the network has against us. */
  async #logIn(link: FramedLink<C, F>): Promise<string | null> {
    this.#link = link;
    const login = await link.login();
    if (login.kind === 'ended') return null;
    const { health, outlet } = this.#work;
    this.#counts.connections += 1;
    health.report({ component: 'provider', status: 'ok', type: 'connected', message: 'connected' });
    if (login.kind === 'refused') return login.reason;
    health.report({ component: 'auth', status: 'ok', type: 'authorized', message: 'the network knows us' });
    outlet.join(link);
    return null;
  }

  #createLink(socket: Socket): FramedLink<C, F> {
    const { inbound, outlet, ports } = this.#work;
    const link: FramedLink<C, F> = new FramedLink(socket, {
      dialect: this.#dialect,
      config: this.#config,
      digits: this.#digits,
      onMessage: ({ fields }) => void inbound.take(fields),
      onReceipt: (receipt) => void this.#report(receipt),
      onIgnored: (why) => {
        this.#counts.ignored += 1;
        if (this.#counts.ignored <= LOGGED)
          ports.logger.warn({ why }, 'what the network said was passed over');
      },
      onSent: async (message) => {
        if (message.session_event === 'close') await this.#book?.forget(message.to_addr, message);
      },
      onRoom: () => outlet.pump(),
      onEnded: () => outlet.leave(link),
    });
    if (!this.#isReading) link.read(false);
    return link;
  }

  /** The network does not say it again: it is tried until it is done, or we go. */
  async #report(receipt: FramedReceipt): Promise<void> {
    const { receipts, ports } = this.#work;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await receipts.handle(receipt);
        return;
      } catch (error) {
        ports.logger.warn(
          { reason: errorText(error) },
          'a receipt could not be reported; trying again later',
        );
        await sleep(backoffMs(failures, FIRST_RETRY_MS, LONGEST_RETRY_MS, ports.random), signal).catch(
          () => {},
        );
      }
    }
  }

  #reportLost(message: string): void {
    if (this.#closing.signal.aborted) return;
    this.#work.health.report({ component: 'provider', status: 'down', type: 'connection_lost', message });
  }
}
