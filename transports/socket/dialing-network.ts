import { errorText } from '@vumi/core';
import { keepTrying } from '../dialing/keep-trying.ts';
import type { Line } from './outlet.ts';
import type { ReconnectConfig } from './reconnect-options.ts';
import type { SocketNetwork, SocketWork } from './start-socket-transport.ts';

/** The network knows who we are, or who we say that we are, and does not want us. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused';
}

/** A connection by which messages can be sent. */
export interface DialedLine extends Line {
  /** Resolves with the reason when it has ended, after all that it had in flight has settled. */
  readonly ended: Promise<string>;
  /** Lets what is in flight finish, within seconds. */
  close(): Promise<void>;
  read(isReading: boolean): void;
}

export interface DialingOptions extends ReconnectConfig {
  /** Whom it calls, for people. */
  readonly where: string;
  readonly work: SocketWork;
  /**
   * Connects and logs in; rejects with `LoginRefused`, or whatever keeps it from it. `onLost` is to be called in the tick in
   * which the connection is found to be lost, before what is in flight settles.
   */
  readonly connect: (signal: AbortSignal, onLost: () => void) => Promise<DialedLine>;
  readonly gauges?: () => Readonly<Record<string, number>>;
}

/** A refused login is tried again after so many doublings. */
const REFUSED_STEPS = 6;

/** A network that is called, again and again, for as long as it takes; messages are sent while we are logged in. */
export class DialingNetwork implements SocketNetwork {
  readonly #options: DialingOptions;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #line: DialedLine | null = null;
  #isReading = true;
  #connections = 0;

  constructor(options: DialingOptions) {
    this.#options = options;
    const { clock, random } = options.work.ports;
    this.#done = keepTrying({
      attempt: () => this.#attempt(),
      firstMs: options.initial_reconnect_delay * 1000,
      mostMs: options.max_reconnect_delay * 1000,
      refusedSteps: REFUSED_STEPS,
      clock,
      random,
      signal: this.#closing.signal,
    });
  }

  gauges(): Readonly<Record<string, number>> {
    return {
      connected: this.#line === null ? 0 : 1,
      connections_total: this.#connections,
      ...this.#options.gauges?.(),
    };
  }

  read(isReading: boolean): void {
    this.#isReading = isReading;
    this.#line?.read(isReading);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('closing'));
    await this.#line?.close();
    await this.#done;
  }

  async #attempt(): Promise<'ended' | 'refused'> {
    const { where, work, connect } = this.#options;
    const { health } = work;
    let line: DialedLine | null = null;
    const leave = (): void => {
      this.#line = null;
      if (line !== null) work.outlet.leave(line);
    };
    try {
      line = await connect(this.#closing.signal, leave);
      this.#connections += 1;
      this.#line = line;
      line.read(this.#isReading);
      health.report({ component: 'auth', status: 'ok', type: 'authorized', message: `${where} knows us` });
      health.report({
        component: 'provider',
        status: 'ok',
        type: 'connected',
        message: `connected to ${where}`,
      });
      work.outlet.join(line);
      if (this.#closing.signal.aborted) await line.close();
      const reason = await line.ended;
      this.#reportAway(`the connection to ${where} was lost: ${reason}`);
      return 'ended';
    } catch (error) {
      const refused = error instanceof LoginRefused;
      if (refused) this.#reportRefused(`${where} does not let us in: ${errorText(error)}`);
      else this.#reportAway(`no connection to ${where}: ${errorText(error)}`);
      return refused ? 'refused' : 'ended';
    } finally {
      leave();
    }
  }

  #reportAway(message: string): void {
    if (this.#closing.signal.aborted) return;
    const { health } = this.#options.work;
    health.report({ component: 'provider', status: 'down', type: 'not_connected', message });
  }

  #reportRefused(message: string): void {
    const { health } = this.#options.work;
    health.report({ component: 'auth', status: 'down', type: 'unauthorized', message });
  }
}
