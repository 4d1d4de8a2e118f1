import { randomBytes, randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type * as Xmpp from '@xmpp/client';
import type { Client } from '@xmpp/client';
import { errorText, settledWithin, VumiError, type UserMessage } from '@vumi/core';
import { withinGiven } from '@vumi/machine';
import type { Marks } from '../sending/results.ts';
import type { PartResult } from '../sending/part-result.ts';
import { LoginRefused, type DialedLine } from '../socket/dialing-network.ts';
import { LOST, type Unsent } from '../socket/outlet.ts';
import type { SocketWork } from '../socket/start-socket-transport.ts';
import type { XmppConfig } from './config.ts';
import { bareJid, readStanza, writeMessage, writePresence, writeReceipt, type Stanza } from './stanzas.ts';

export interface XmppSessionOptions {
  readonly config: XmppConfig;
  readonly work: SocketWork;
  readonly onLost: () => void;
}

type Library = Pick<typeof Xmpp, 'client' | 'xml'>;

/** Of the library's stream management (XEP-0198), what its types do not say. */
interface Acknowledgements {
  readonly enabled: boolean;
  requestAckDebounce: number;
  on(event: 'ack', listener: (stanza: Stanza) => void): unknown;
}

const MANAGEMENT = 'urn:xmpp:sm:3';
const LOGIN_MS = 60_000;
/** For each step of the library's. */
const STEP_MS = 60_000;
const PONG_MS = 30_000;
const DRAIN_MS = 5000;
const GOODBYE_MS = 2000;
/** Acknowledgements are asked for after so many milliseconds, for all messages since. */
const ACK_MS = 20;

/** One life on a server. */
export class XmppSession implements DialedLine {
  readonly hasRoom = true;
  readonly ended: Promise<string>;
  readonly #options: XmppSessionOptions;
  readonly #own: string;
  readonly #entity: Client;
  readonly #xml: Library['xml'];
  readonly #inFlight = new Map<string, (result: PartResult) => void>();
  readonly #settling = new Set<Promise<unknown>>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #end: (reason: string) => void;
  #reason = 'the server closed it';
  #isOver = false;
  #offersAcks = false;
  readonly #agreed = Promise.withResolvers<void>();

  private constructor(library: Library, options: XmppSessionOptions) {
    const { config } = options;
    this.#options = options;
    this.#own = bareJid(config.username);
    this.#xml = library.xml;
    const { promise: ended, resolve: end } = Promise.withResolvers<string>();
    this.ended = ended;
    this.#end = end;
    const [, domain = ''] = config.username.split('@');
    const agent = library.xml('user-agent', { id: randomUUID() });
    this.#entity = library.client({
      service: config.service ?? `xmpp://${hostOf(config)}:${config.port}`,
      domain,
      resource: `vumi-${randomBytes(6).toString('hex')}`,
      credentials: (authenticate, mechanisms) =>
        this.#authenticate((given, mechanism) => authenticate(given, mechanism, agent), mechanisms),
      timeout: STEP_MS,
    });
    // There is one loop for all transports.
    this.#entity.reconnect.stop();
    this.#agreed.promise.catch(() => {});
    this.#listen();
  }

  /** Logs in; rejects with `LoginRefused`, or when the connection ends before. */
  static async start(options: XmppSessionOptions, signal: AbortSignal): Promise<XmppSession> {
    const session = new XmppSession(await loadLibrary(), options);
    const stopping = Promise.withResolvers<never>();
    const stop = (): void => stopping.reject(new Error('closing'));
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) stop();
      const online = withinGiven(session.#entity.start(), { limitMs: LOGIN_MS }, tooSlow);
      await Promise.race([online, stopping.promise]);
      await Promise.race([session.#acknowledging(), stopping.promise]);
      session.#keepUp();
      return session;
    } catch (error) {
      session.#over('not logged in');
      session.#hangUp();
      throw isRefusal(error) ? new LoginRefused(errorText(error), { cause: error }) : error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async send(message: UserMessage, marks: Marks): Promise<PartResult | Unsent> {
    if (this.#isOver) return LOST;
    if (!/^[^\s/]+/.test(message.to_addr ?? '')) return { kind: 'failed', reason: 'Invalid to_addr' };
    const sending = this.#say(message, marks);
    this.#settling.add(sending);
    try {
      return await sending;
    } finally {
      this.#settling.delete(sending);
    }
  }

  read(isReading: boolean): void {
    const socket = this.#entity.socket as { pause?(): void; resume?(): void } | null;
    if (isReading) socket?.resume?.();
    else socket?.pause?.();
  }

  async close(): Promise<void> {
    await settledWithin(Promise.allSettled(this.#settling), DRAIN_MS);
    await settledWithin(this.#entity.stop(), GOODBYE_MS);
    this.#over('closing');
    this.#hangUp();
    await this.ended;
  }

  /** Acknowledged when the server has it, where it says so; else when it is written. */
  async #say(message: UserMessage, marks: Marks): Promise<PartResult> {
    const { message_id: id } = message;
    const { promise: settled, resolve: settle } = Promise.withResolvers<PartResult>();
    this.#inFlight.set(id, settle);
    const limitMs = this.#options.config.answer_timeout * 1000;
    try {
      marks.sending();
      const written = this.#entity.send(writeMessage(message, this.#xml));
      if (!this.#acknowledgements.enabled)
        written.then(
          () => settle({ kind: 'ok', remoteId: id }),
          () => {},
        );
      written.catch((error: unknown) => settle({ kind: 'uncertain', reason: errorText(error) }));
      return await withinGiven(settled, { limitMs }, () => new Error('the server did not answer in time'));
    } catch (error) {
      return { kind: 'uncertain', reason: errorText(error) };
    } finally {
      this.#inFlight.delete(id);
    }
  }

  /** Stream management is agreed on after the login; until then nothing would be acknowledged. */
  async #acknowledging(): Promise<void> {
    if (!this.#offersAcks) return;
    await withinGiven(this.#agreed.promise, { limitMs: LOGIN_MS }, tooSlow);
    // The library takes note of it a little later than we hear it.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #negotiate(element: Stanza): void {
    if (element.name.endsWith('features') && element.getChild('sm', MANAGEMENT) !== undefined)
      this.#offersAcks = true;
    const isAnswer = element.name === 'enabled' || element.name === 'failed';
    if (isAnswer && element.attrs['xmlns'] === MANAGEMENT) this.#agreed.resolve();
  }

  get #acknowledgements(): Acknowledgements {
    return this.#entity.streamManagement as unknown as Acknowledgements;
  }

  #listen(): void {
    const entity = this.#entity;
    entity.on('stanza', (stanza) => this.#take(stanza as unknown as Stanza));
    entity.on('nonza', (element) => this.#negotiate(element as unknown as Stanza));
    entity.on('error', (error) => (this.#reason = errorText(error)));
    entity.on('disconnect', () => this.#over(this.#reason));
    this.#acknowledgements.requestAckDebounce = ACK_MS;
    this.#acknowledgements.on('ack', ({ attrs: { id = '' } }) => {
      this.#inFlight.get(id)?.({ kind: 'ok', remoteId: id });
    });
  }

  async #authenticate(
    authenticate: (credentials: { username: string; password: string }, mechanism: string) => Promise<void>,
    mechanisms: readonly string[],
  ): Promise<void> {
    const { config } = this.#options;
    if (config.tls && !this.#entity.isSecure() && !isLoopback(hostOf(config)))
      throw new LoginRefused('it offers no TLS, and would get the password in clear: see tls');
    const [username = ''] = config.username.split('@');
    const mechanism = mechanisms.find((one) => one.startsWith('SCRAM')) ?? mechanisms[0] ?? 'PLAIN';
    await authenticate({ username, password: config.password.reveal() }, mechanism);
  }

  /** Says now and then that we are here, and asks whether the server is. */
  #keepUp(): void {
    const { config } = this.#options;
    const present = (): void => this.#tell(writePresence(config, this.#xml));
    present();
    this.#timers.push(
      setInterval(present, config.presence_interval * 1000).unref(),
      setInterval(() => this.#ping(), config.ping_interval * 1000).unref(),
    );
  }

  #ping(): void {
    const ping = this.#xml('iq', { type: 'get' }, this.#xml('ping', { xmlns: 'urn:xmpp:ping' }));
    this.#entity.iqCaller.request(ping, PONG_MS).catch((error: unknown) => {
      // A server that knows no pings says so, and is there.
      if (!isTimeout(error) || this.#isOver) return;
      this.#over('the server gives no sign of life');
      this.#hangUp();
    });
  }

  #take(stanza: Stanza): void {
    const { inbound, receipts, ports } = this.#options.work;
    const reading = readStanza(stanza, { own: this.#own, transport: ports.end.name });
    if (reading.kind === 'message') {
      inbound.take(reading.fields);
      const { from } = stanza.attrs;
      if (reading.receiptFor !== null && from !== undefined)
        this.#tell(writeReceipt(from, reading.receiptFor, this.#xml));
    } else if (reading.kind === 'subscription') {
      this.#tell(this.#xml('presence', { to: reading.from, type: `${reading.type}d` }));
      this.#tell(this.#xml('presence', { to: reading.from, type: reading.type }));
    } else if (reading.kind === 'bounce' || reading.kind === 'delivered') {
      const { messageId } = reading;
      const settle = this.#inFlight.get(messageId);
      if (reading.kind === 'bounce' && settle !== undefined)
        return settle({ kind: 'failed', reason: reading.reason });
      const status = reading.kind === 'bounce' ? 'failed' : 'delivered';
      const metadata = reading.kind === 'bounce' ? { xmpp_error: reading.reason } : {};
      receipts
        .handle({ kind: 'receipt', messageId, status, metadata })
        .catch((error: unknown) => ports.logger.warn({ reason: errorText(error) }, 'a receipt was lost'));
    }
  }

  /** What may be lost with the connection. */
  #tell(element: Parameters<Client['send']>[0]): void {
    this.#entity.send(element).catch(() => {});
  }

  #over(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#options.onLost();
    this.#agreed.reject(new Error(reason));
    for (const settle of this.#inFlight.values())
      settle({ kind: 'uncertain', reason: `the connection was lost: ${reason}` });
    void Promise.allSettled(this.#settling).then(() => this.#end(reason));
  }

  #hangUp(): void {
    const socket = this.#entity.socket as { destroy?(): void; end?(): void } | null;
    if (socket?.destroy === undefined) socket?.end?.();
    else socket.destroy();
  }
}

/** Only where somebody has such a transport: it brings some packages with it. */
async function loadLibrary(): Promise<Library> {
  try {
    return await import('@xmpp/client');
  } catch (cause) {
    const text = 'XMPP needs the package @xmpp/client, which is not installed: npm install @xmpp/client';
    throw new VumiError('config.invalid', text, { cause });
  }
}

function hostOf({ host, username, service }: XmppConfig): string {
  if (service !== undefined) return URL.parse(service.replace(/^(xmpps?|wss?):/, 'http:'))?.hostname ?? '';
  return host ?? username.split('@')[1] ?? '';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';
}

function tooSlow(): Error {
  return new Error(`nobody was let in within ${LOGIN_MS / 1000} s`);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** Of the failures of a login those that more haste will not change (RFC 6120 §6.5). */
function isRefusal(error: unknown): boolean {
  if (error instanceof LoginRefused) return true;
  if (!(error instanceof Error) || error.name !== 'SASLError') return false;
  return (error as { condition?: unknown }).condition !== 'temporary-auth-failure';
}
