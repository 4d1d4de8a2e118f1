import type { Socket } from 'node:net';
import { settledWithin, type UserMessage } from '@vumi/core';
import { startDeadline, withinGiven } from '@vumi/machine';
import type { Marks } from '../sending/results.ts';
import type { PartResult } from '../sending/part-result.ts';
import type { DialedLine } from '../socket/dialing-network.ts';
import { LOST, type Unsent } from '../socket/outlet.ts';
import type { SocketWork } from '../socket/start-socket-transport.ts';
import type { IrcConfig } from './config.ts';
import { FloodGate } from './flood-gate.ts';
import { IrcConnection } from './irc-connection.ts';
import { foldCase, type CaseMapping, type IrcLine } from './irc-line.ts';
import { IrcLogin } from './irc-login.ts';
import { readPrivmsg, writePrivmsg, type IrcPlace } from './irc-message.ts';

export interface IrcSessionOptions {
  readonly config: IrcConfig;
  readonly work: SocketWork;
  readonly onLost: () => void;
}

/** What the server says of somebody whom it cannot reach, in words for a nack. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  401: 'no such nick',
  403: 'no such channel',
  404: 'cannot send to channel',
  407: 'too many targets',
  411: 'no recipient',
  412: 'no text to send',
  477: 'cannot send to channel',
  531: 'cannot send to this user',
};
const NOT_JOINED: ReadonlySet<string> = new Set(['403', '405', '471', '473', '474', '475', '476', '477']);
const LOGIN_MS = 60_000;
const REJOIN_MS = 30_000;
const DRAIN_MS = 5000;
const GOODBYE_MS = 2000;
const MAPPINGS: ReadonlySet<string> = new Set(['ascii', 'rfc1459', 'strict-rfc1459']);

/** One life on a server. */
export class IrcSession implements DialedLine {
  readonly hasRoom = true;
  readonly ended: Promise<string>;
  readonly #options: IrcSessionOptions;
  readonly #connection: IrcConnection;
  readonly #login: IrcLogin;
  readonly #gate: FloodGate;
  readonly #over = new AbortController();
  readonly #inFlight = new Set<Promise<unknown>>();
  /** Round trips that the server has not answered. */
  readonly #trips = new Map<string, () => void>();
  /** By the folded name of whom messages go to, those on the way. */
  readonly #refusals = new Map<string, { reason: string | null }>();
  readonly #rejoins = new Set<NodeJS.Timeout>();
  #trip = 0;
  #welcomed = false;
  #nickname: string;
  #mapping: CaseMapping = 'rfc1459';

  private constructor(socket: Socket, options: IrcSessionOptions) {
    const { config } = options;
    this.#options = options;
    this.#nickname = config.nickname;
    const { promise: ended, resolve: end } = Promise.withResolvers<string>();
    this.ended = ended;
    this.#connection = new IrcConnection(socket, {
      onLine: (line) => this.#take(line),
      onEnd: (reason) => {
        for (const timer of this.#rejoins) clearTimeout(timer);
        this.#login.fail(new Error(reason));
        options.onLost();
        this.#over.abort(new Error(reason));
        void Promise.allSettled(this.#inFlight).then(() => end(reason));
      },
    });
    this.#gate = new FloodGate({
      rate: config.flood_rate,
      burst: config.flood_burst,
      clock: () => performance.now(),
      signal: this.#over.signal,
    });
    this.#login = new IrcLogin(config, (command, ...params) => this.#connection.say(command, ...params));
  }

  /** Logs in and joins the channels; rejects with `LoginRefused`, or when the connection ends before. */
  static async start(socket: Socket, options: IrcSessionOptions, signal: AbortSignal): Promise<IrcSession> {
    const session = new IrcSession(socket, options);
    const stop = (): void => session.#connection.destroy('closing');
    signal.addEventListener('abort', stop, { once: true });
    using _patience = startDeadline({ limitMs: LOGIN_MS }, () =>
      session.#connection.destroy(`nobody was welcomed within ${LOGIN_MS / 1000} s`),
    );
    try {
      session.#nickname = await session.#login.welcomed;
      session.#welcomed = true;
      await session.#settleIn();
      return session;
    } catch (error) {
      session.#connection.destroy('not logged in');
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async send(message: UserMessage, marks: Marks): Promise<PartResult | Unsent> {
    const written = writePrivmsg(message, this.#nickname);
    if (written === null) return { kind: 'failed', reason: 'Invalid to_addr' };
    if (written.texts.length === 0) return { kind: 'failed', reason: 'Missing fields: content' };
    const sending = this.#say(message.message_id, written, marks);
    this.#inFlight.add(sending);
    try {
      return await sending;
    } finally {
      this.#inFlight.delete(sending);
    }
  }

  async close(): Promise<void> {
    await settledWithin(Promise.allSettled(this.#inFlight), DRAIN_MS);
    this.#connection.sayLast('QUIT', 'Goodbye');
    await settledWithin(this.ended, GOODBYE_MS);
    this.#connection.destroy('closing');
    await this.ended;
  }

  read(isReading: boolean): void {
    this.#connection.read(isReading);
  }

  /** Taken when the server has answered what came behind the message, and has not said that it reaches nobody. */
  async #say(
    messageId: string,
    { target, texts }: { readonly target: string; readonly texts: readonly string[] },
    marks: Marks,
  ): Promise<PartResult | Unsent> {
    const key = this.#fold(target);
    const answer: { reason: string | null } = { reason: null };
    let hasBegun = false;
    try {
      for (const text of texts) {
        await this.#gate.pass();
        if (!this.#connection.isOpen) throw new Error('the connection was lost');
        if (!hasBegun) marks.sending();
        hasBegun = true;
        this.#refusals.set(key, answer);
        this.#connection.say('PRIVMSG', target, text);
      }
      await this.#roundTrip();
    } catch (error) {
      if (!hasBegun) return LOST;
      return { kind: 'uncertain', reason: error instanceof Error ? error.message : String(error) };
    } finally {
      if (this.#refusals.get(key) === answer) this.#refusals.delete(key);
    }
    if (answer.reason !== null) return { kind: 'failed', reason: answer.reason };
    return { kind: 'ok', remoteId: messageId };
  }

  /** Resolves when the server has done all that it was told until now. */
  async #roundTrip(): Promise<void> {
    this.#trip += 1;
    const token = `vumi-${this.#trip}`;
    const { promise: answered, resolve, reject } = Promise.withResolvers<void>();
    const { signal } = this.#over;
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    this.#trips.set(token, resolve);
    this.#connection.say('PING', token);
    const limitMs = this.#options.config.answer_timeout * 1000;
    try {
      if (signal.aborted) abort();
      await withinGiven(answered, { limitMs }, () => new Error('the server did not answer in time'));
    } finally {
      this.#trips.delete(token);
      signal.removeEventListener('abort', abort);
    }
  }

  async #settleIn(): Promise<void> {
    const { nickserv_password: password, channels } = this.#options.config;
    if (password !== undefined) this.#connection.say('PRIVMSG', 'NickServ', `IDENTIFY ${password.reveal()}`);
    for (const channel of channels) this.#connection.say('JOIN', channel);
    await this.#roundTrip();
  }

  #take(line: IrcLine): void {
    const { command, params } = line;
    if (command === 'PING') return this.#connection.say('PONG', ...params);
    if (command === 'ERROR') return this.#connection.destroy(params.at(-1) ?? 'the server closed it');
    if (!this.#welcomed) this.#login.take(line);
    this.#heed(line);
    const fields = readPrivmsg(line, this.#place());
    if (fields !== null) this.#options.work.inbound.take(fields);
  }

  /** What the server says of us and of what we have said. */
  #heed(line: IrcLine): void {
    const { command, params } = line;
    if (command === 'PONG') return this.#trips.get(params.at(-1) ?? '')?.();
    if (command === '005') return this.#learn(params);
    if (command === 'NICK') return this.#rename(line);
    if (command === 'KICK') return this.#kicked(params);
    if (/^[45]\d\d$/.test(command)) this.#refused(command, params);
  }

  #place(): IrcPlace {
    const { network, port } = this.#options.config;
    return { nickname: this.#nickname, server: `${network}:${port}`, mapping: this.#mapping };
  }

  #learn(params: readonly string[]): void {
    const mapping = params.find((param) => param.startsWith('CASEMAPPING='))?.split('=')[1] ?? '';
    if (MAPPINGS.has(mapping)) this.#mapping = mapping as CaseMapping;
  }

  #rename({ source, params }: IrcLine): void {
    if (this.#fold(source) === this.#fold(this.#nickname)) this.#nickname = params[0] ?? this.#nickname;
  }

  #kicked([channel = '', nickname = '', reason = '']: readonly string[]): void {
    if (this.#fold(nickname) !== this.#fold(this.#nickname)) return;
    this.#outside(channel, `thrown out of ${channel}: ${reason}`);
  }

  #refused(command: string, params: readonly string[]): void {
    const target = params[1] ?? '';
    const waiting = this.#refusals.get(this.#fold(target));
    const reason = UNREACHABLE[command];
    if (waiting !== undefined && reason !== undefined) waiting.reason = reason;
    else if (NOT_JOINED.has(command)) this.#outside(target, `not let into ${target}: ${params.at(-1) ?? ''}`);
  }

  /** Says so, and tries to get into the channel again later. */
  #outside(channel: string, message: string): void {
    const { work, config } = this.#options;
    if (!config.channels.some((one) => this.#fold(one) === this.#fold(channel))) return;
    work.health.report({ component: 'channels', status: 'degraded', type: 'not_in_channel', message });
    const timer = setTimeout(() => {
      this.#rejoins.delete(timer);
      this.#connection.say('JOIN', channel);
      this.#roundTrip()
        .then(() => {
          if (this.#rejoins.size > 0) return;
          const joined = { component: 'channels', status: 'ok', type: 'in_channels' } as const;
          work.health.report({ ...joined, message: 'in every channel' });
        })
        .catch(() => {});
    }, REJOIN_MS).unref();
    this.#rejoins.add(timer);
  }

  #fold(name: string): string {
    return foldCase(name, this.#mapping);
  }
}
