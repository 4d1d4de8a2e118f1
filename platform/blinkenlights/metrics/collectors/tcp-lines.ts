import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { backoffMs, errorText, sleep, VumiError, type Logger } from '@vumi/core';
import type { WorkerHealth } from '@vumi/runtime';

const BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
const LAST_WORDS_MS = 3000;

/** A connection that is made anew when it breaks. */
export interface TcpLines extends AsyncDisposable {
  /** Resolves when the text was handed to the network; waits while nobody is there. Rejects once it was given up. */
  write(text: string): Promise<void>;
  /** What waits is rejected, and so is all that comes: whoever gave it has it still. */
  giveUp(): void;
  status(): WorkerHealth;
  gauges(): Readonly<Record<string, number>>;
}

export interface TcpLinesOptions {
  readonly host: string;
  readonly port: number;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Opens a connection in the background. */
export function openLines(options: TcpLinesOptions): TcpLines {
  return new ReconnectingLines(options);
}

class ReconnectingLines implements TcpLines {
  readonly #options: TcpLinesOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #open = Promise.withResolvers<Socket>();
  #socket: Socket | null = null;
  #trouble = 'connecting';
  #connects = 0;

  constructor(options: TcpLinesOptions) {
    this.#options = options;
    this.#open.promise.catch(() => {});
    this.#running = this.#keepOpen();
  }

  async write(text: string): Promise<void> {
    for (;;) {
      this.#stop.signal.throwIfAborted();
      const socket = await this.#open.promise;
      // What an earlier connection took with it nobody knows; what this one refuses goes to the next.
      const refused = await new Promise<boolean>((resolve) => {
        socket.write(text, (error) => resolve(error !== null && error !== undefined));
      });
      if (!refused) return;
      if (!socket.closed) await once(socket, 'close');
    }
  }

  giveUp(): void {
    this.#stop.abort(new VumiError('receiver.unavailable', 'the worker is stopping'));
    this.#open.reject(this.#stop.signal.reason);
  }

  status(): WorkerHealth {
    const { host, port } = this.#options;
    return this.#socket === null
      ? { status: 'down', message: `no connection to ${host}:${port}: ${this.#trouble}` }
      : { status: 'ok', message: `connected to ${host}:${port}` };
  }

  gauges(): Readonly<Record<string, number>> {
    return { connected: this.#socket === null ? 0 : 1, connections_total: this.#connects };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.giveUp();
    const socket = this.#socket;
    // What the socket still holds goes out before its end, unless nobody takes it.
    socket?.end();
    const impatient = setTimeout(() => socket?.destroy(), LAST_WORDS_MS);
    await this.#running;
    clearTimeout(impatient);
  }

  async #keepOpen(): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      if (await this.#live()) attempt = 0;
      this.#options.logger.warn({ reason: this.#trouble }, 'connection for metrics lost; trying again');
      const pause = backoffMs(attempt, BACKOFF_MS, LONGEST_BACKOFF_MS, this.#options.random);
      await sleep(pause, signal).catch(() => {});
    }
  }

  /** One connection until its end; whether there was one. */
  #live(): Promise<boolean> {
    const { host, port } = this.#options;
    const ended = Promise.withResolvers<boolean>();
    let connected = false;
    const socket = connect({ host, port, noDelay: true }, () => {
      connected = true;
      this.#connects += 1;
      this.#socket = socket;
      this.#open.resolve(socket);
    });
    socket.on('error', (error) => (this.#trouble = errorText(error)));
    // The other side sends nothing, but its end is only seen by who reads.
    socket.on('end', () => (this.#trouble = 'closed by the other side')).resume();
    socket.on('close', () => {
      this.#socket = null;
      if (connected && !this.#stop.signal.aborted) {
        this.#open = Promise.withResolvers();
        this.#open.promise.catch(() => {});
      }
      ended.resolve(connected);
    });
    this.#stop.signal.addEventListener('abort', () => !connected && socket.destroy(), { once: true });
    return ended.promise;
  }
}
