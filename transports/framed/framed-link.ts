import type { Socket } from 'node:net';
import { errorText, Fifo, Lanes, settledWithin, type UserMessage } from '@vumi/core';
import { startDeadline, type Deadline } from '@vumi/machine';
import type { Marks } from '../sending/results.ts';
import type { PartResult } from '../sending/part-result.ts';
import { LOST, type Line, type Unsent } from '../socket/outlet.ts';
import type { Digits, FramedDialect, FramedReading } from './framed-client.ts';
import type { FramedConfig } from './options.ts';

type MessageReading<F> = Extract<FramedReading<F>, { readonly kind: 'message' }>;
export type FramedReceipt = Extract<FramedReading<never>, { readonly kind: 'receipt' }>;

export interface FramedLinkOptions<C extends FramedConfig, F> {
  readonly dialect: FramedDialect<C, F>;
  readonly config: C;
  readonly digits: Digits;
  readonly onMessage: (reading: MessageReading<F>) => void;
  readonly onReceipt: (reading: FramedReceipt) => void;
  readonly onIgnored: (why: string) => void;
  /** The network has it. A failure changes nothing about that. */
  readonly onSent: (message: UserMessage) => Promise<void>;
  /** There may be room for another message. */
  readonly onRoom: () => void;
  /** Nothing can be sent any more; what was under way settles after it. */
  readonly onEnded: () => void;
}

/** How a login ended. */
type Login =
  | { readonly kind: 'logged_in' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'ended' };

const GOODBYE_MS = 1000;

/** One connection: from its login to its end, and never used again. */
export class FramedLink<C extends FramedConfig, F> implements Line {
  /** Why it ended. */
  readonly closed: Promise<string>;
  readonly #socket: Socket;
  readonly #options: FramedLinkOptions<C, F>;
  readonly #decode: (octets: Buffer) => readonly F[];
  readonly #asking = new Lanes();
  readonly #waiting = new Map<string, Fifo<(result: PartResult) => void>>();
  readonly #login = Promise.withResolvers<Login>();
  readonly #unsettled = new Set<Promise<unknown>>();
  readonly #timers = new DisposableStack();
  #life: Deadline | null = null;
  #state: 'new' | 'open' | 'ending' | 'ended' = 'new';
  #reason: string | null = null;

  constructor(socket: Socket, options: FramedLinkOptions<C, F>) {
    const { dialect, config } = options;
    this.#socket = socket;
    this.#options = options;
    this.#decode = dialect.decoder(config);
    const { promise, resolve } = Promise.withResolvers<string>();
    this.closed = promise;
    socket.setNoDelay(true);
    socket.on('data', (octets: Buffer) => this.#hear(octets));
    socket.on('drain', () => options.onRoom());
    socket.on('error', (error) => (this.#reason ??= error.message));
    socket.on('end', () => (this.#reason ??= 'the network closed the connection'));
    socket.once('close', () => {
      this.#end();
      resolve(this.#reason ?? 'closed');
    });
  }

  get hasRoom(): boolean {
    return this.#isOpen && !this.#socket.writableNeedDrain;
  }

  /** Introduces us. Resolves when the network has said what it thinks of that, or nothing in time. */
  login(): Promise<Login> {
    const { dialect, config, digits } = this.#options;
    const limitMs = config.login_timeout * 1000;
    const limit = startDeadline({ limitMs }, () =>
      this.destroy(`the network did not answer the login within ${config.login_timeout} s`),
    );
    this.#timers.use(limit);
    this.#say(dialect.login(config, digits));
    return this.#login.promise.finally(() => limit[Symbol.dispose]());
  }

  /** What is asked and not answered is uncertain, and so is what the socket has not taken when it breaks. */
  async send(message: UserMessage, marks: Marks): Promise<PartResult | Unsent> {
    const { dialect, config } = this.#options;
    const written = dialect.write(message, config);
    if (written.kind === 'refused') return { kind: 'failed', reason: written.reason };
    const octets = dialect.encode(written.frame, config);
    const sending =
      written.kind === 'frame'
        ? this.#tell(octets, marks, message.message_id)
        : this.#asking.run(written.answer, 1, () => this.#ask(octets, marks, written.answer));
    this.#unsettled.add(sending);
    try {
      const result = await sending;
      if (result.kind === 'ok') await this.#options.onSent(message).catch(() => {});
      return result;
    } finally {
      this.#unsettled.delete(sending);
    }
  }

  /** Says something that is no message; what the network does not get of it is not missed. */
  say(frame: F): void {
    if (this.#isOpen) this.#say(frame);
  }

  read(isReading: boolean): void {
    if (isReading) this.#socket.resume();
    else this.#socket.pause();
  }

  /** Takes no more messages, waits so long for the answers to those that are sent, and says goodbye. */
  async close(withinMs: number): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'ending';
      await settledWithin(Promise.allSettled(this.#unsettled), withinMs);
      const { logout } = this.#options.dialect;
      if (logout !== undefined) this.#say(logout);
      this.#socket.end();
      await settledWithin(this.closed, GOODBYE_MS);
    }
    this.destroy('closed by us');
    await this.closed;
  }

  destroy(reason: string): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  /** A socket that was destroyed says so only later. */
  get #isOpen(): boolean {
    return this.#state === 'open' && !this.#socket.destroyed;
  }

  #say(frame: F): void {
    const { dialect, config } = this.#options;
    if (!this.#socket.destroyed) this.#socket.write(dialect.encode(frame, config));
  }

  #hear(octets: Buffer): void {
    const { dialect, config } = this.#options;
    try {
      for (const frame of this.#decode(octets)) {
        if (this.#socket.destroyed) return;
        for (const reading of dialect.read(frame, config, this.#state !== 'new')) this.#heed(reading);
      }
    } catch (error) {
      this.destroy(`what the network says makes no sense: ${errorText(error)}`);
    }
  }

  #heed(reading: FramedReading<F>): void {
    switch (reading.kind) {
      case 'message':
        return this.#options.onMessage(reading);
      case 'logged_in':
        return this.#open();
      case 'login_refused':
        return this.#login.resolve({ kind: 'refused', reason: reading.reason });
      case 'alive':
        return this.#life?.restart();
      case 'answer':
        return this.#settle(reading.to, reading.result);
      case 'receipt':
        return this.#options.onReceipt(reading);
      case 'say':
        return this.#say(reading.frame);
      case 'broken':
        return this.destroy(reading.reason);
      default:
        return this.#options.onIgnored(reading.why);
    }
  }

  #open(): void {
    if (this.#state !== 'new') return;
    this.#state = 'open';
    const { dialect, config, digits } = this.#options;
    const { everyMs, deadMs } = dialect.keepAlive.times(config);
    const beat = setInterval(() => this.#say(dialect.keepAlive.frame(digits)), everyMs).unref();
    this.#timers.defer(() => clearInterval(beat));
    this.#life = this.#timers.use(
      startDeadline({ limitMs: deadMs }, () =>
        this.destroy(`the network gave no sign of life for ${deadMs / 1000} s`),
      ),
    );
    this.#login.resolve({ kind: 'logged_in' });
  }

  #end(): void {
    this.#state = 'ended';
    this.#timers.dispose();
    this.#options.onEnded();
    this.#login.resolve({ kind: 'ended' });
    for (const to of this.#waiting.keys()) {
      while ((this.#waiting.get(to)?.length ?? 0) > 0) {
        this.#settle(to, uncertain('the connection was lost before the answer'));
      }
    }
  }

  /** Sent when the socket has taken it. */
  #tell(octets: Buffer, marks: Marks, remoteId: string): Promise<PartResult | Unsent> {
    if (!this.#isOpen) return Promise.resolve(LOST);
    return new Promise((resolve) => {
      marks.sending();
      this.#socket.write(octets, (error) =>
        resolve(
          error === null || error === undefined
            ? { kind: 'ok', remoteId }
            : uncertain(`the connection was lost while it was written: ${error.message}`),
        ),
      );
    });
  }

  /** An answer that does not come ends the connection: what comes after it would be taken for it. */
  async #ask(octets: Buffer, marks: Marks, to: string): Promise<PartResult | Unsent> {
    if (!this.#isOpen) return LOST;
    const { promise, resolve } = Promise.withResolvers<PartResult>();
    const waiting = this.#waiting.get(to) ?? new Fifo();
    this.#waiting.set(to, waiting);
    marks.sending();
    waiting.push(resolve);
    this.#socket.write(octets);
    const limitMs = this.#options.config.response_timeout * 1000;
    using _limit = startDeadline({ limitMs }, () => {
      this.#settle(to, uncertain('the network did not answer in time'));
      this.destroy('the network did not answer a message in time');
    });
    return await promise;
  }

  #settle(to: string, result: PartResult): void {
    const resolve = this.#waiting.get(to)?.shift();
    if (resolve === undefined) return this.#options.onIgnored('an answer to nothing');
    resolve(result);
  }
}

function uncertain(reason: string): PartResult {
  return { kind: 'uncertain', reason };
}
