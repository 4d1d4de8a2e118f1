import {
  backoffMs,
  createUserMessage,
  deriveId,
  newId,
  parseTimestamp,
  sleep,
  type UserMessage,
} from '@vumi/core';
import { keepTrying, type TryOutcome } from '../dialing/keep-trying.ts';
import type { PartResult } from '../sending/part-result.ts';
import type { Marks } from '../sending/results.ts';
import { LOST, type Line, type Unsent } from '../socket/outlet.ts';
import {
  startSocketTransport,
  type SocketNetwork,
  type SocketWork,
} from '../socket/start-socket-transport.ts';
import { defineTransport } from '../transport-type.ts';
import { composeMail, mailFault } from './compose-mail.ts';
import { emailConfigSchema, fillInBounceKey, isMailAddress, type EmailConfig } from './config.ts';
import { MailServer } from './mail-server.ts';
import { readMail, type Envelope, type MailReading } from './read-mail.ts';
import { SmtpClient, type Handed } from './smtp-client.ts';

type MessageReading = Extract<MailReading, { readonly kind: 'message' }>;

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
const REFUSED_STEPS = 4;
const SENDS_NOTHING: PartResult = {
  kind: 'failed',
  reason: 'the transport sends no mail: set its smtp_host',
};

/** Mail (spec channels §C): taken as a mail server takes it, and sent through one. */
export const emailTransport = defineTransport({
  type: 'email',
  summary: 'Mail: taken by a mail server of its own, sent through yours',
  configSchema: emailConfigSchema,
  fillIn: fillInBounceKey,
  readReceiver: (address) => (isMailAddress(address) ? address.toLowerCase() : null),
  places: ({ listen_host, listen_port }) =>
    listen_port === undefined
      ? []
      : [{ purpose: 'bring mail, by SMTP', path: `smtp://${listen_host}:${listen_port}` }],
  start: (config, ports) =>
    startSocketTransport({
      config,
      ports,
      window: config.max_in_flight,
      sendsAgain: config.uncertain_policy === 'at-least-once',
      receiptLifetime: config.receipt_lifetime,
      open: (work) => EmailNetwork.open(config, work),
    }),
});

/** The mail server that a transport is, and the one that it sends through. */
class EmailNetwork implements SocketNetwork, Line {
  readonly hasRoom = true;
  readonly #config: EmailConfig;
  readonly #work: SocketWork;
  readonly #client: SmtpClient | null;
  readonly #closing = new AbortController();
  /** Mails that the server has put off, and how often. */
  readonly #putOff = new Map<string, number>();
  readonly #counts = { mails: 0, ignored: 0, reports: 0 };
  #server: MailServer | null = null;
  #running: Promise<void> = Promise.resolve();
  /** Told when the server is away. */
  #onAway: (outcome: TryOutcome) => void = () => {};

  private constructor(config: EmailConfig, work: SocketWork) {
    this.#config = config;
    this.#work = work;
    this.#client = config.smtp_host === undefined ? null : new SmtpClient(config);
  }

  static async open(config: EmailConfig, work: SocketWork): Promise<EmailNetwork> {
    const network = new EmailNetwork(config, work);
    await network.#open();
    return network;
  }

  async #open(): Promise<void> {
    const { health, ports } = this.#work;
    if (this.#config.listen_port !== undefined) {
      const { logger } = ports;
      const onMail = (raw: Buffer, envelope: Envelope): Promise<void> => this.#take(raw, envelope);
      this.#server = await MailServer.start({ config: this.#config, logger, onMail });
      health.report({ component: 'request', status: 'ok', type: 'listening', message: 'takes mail' });
    }
    if (this.#client === null) return this.#work.outlet.join(this);
    this.#running = keepTrying({
      attempt: () => this.#beConnected(),
      firstMs: FIRST_RETRY_MS,
      mostMs: LONGEST_RETRY_MS,
      refusedSteps: REFUSED_STEPS,
      clock: ports.clock,
      random: ports.random,
      signal: this.#closing.signal,
    });
  }

  read(): void {
    // A mail that cannot be published is refused for now, and its server brings it again.
  }

  gauges(): Readonly<Record<string, number>> {
    const { mails, ignored, reports } = this.#counts;
    return { mails_total: mails, ignored_mails_total: ignored, reports_total: reports };
  }

  async send(message: UserMessage, marks: Marks): Promise<PartResult | Unsent> {
    if (this.#client === null) return SENDS_NOTHING;
    const fault = mailFault(message);
    if (fault !== null) return { kind: 'failed', reason: fault };
    const mail = await composeMail(message, this.#config);
    const handed = await this.#client.hand(mail, () => marks.sending());
    if (handed.kind === 'later') return this.#putOffOr(message, handed.reason);
    this.#putOff.delete(message.message_id);
    switch (handed.kind) {
      case 'taken':
        return { kind: 'ok', remoteId: mail.id };
      case 'refused':
        return { kind: 'failed', reason: handed.reason };
      case 'uncertain':
        return { kind: 'uncertain', reason: handed.reason };
      default:
        this.#lose(handed);
        return LOST;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#onAway('ended');
    await this.#server?.[Symbol.asyncDispose]();
    this.#client?.close();
    await this.#running;
  }

  /** From a probe that works until the server is away. */
  async #beConnected(): Promise<TryOutcome> {
    const probed = await this.#client?.probe();
    if (probed === undefined || probed.kind !== 'taken') return this.#tell(probed);
    const away = new Promise<TryOutcome>((resolve) => (this.#onAway = resolve));
    const { health, outlet } = this.#work;
    health.report({ component: 'auth', status: 'ok', type: 'authorized', message: 'the server knows us' });
    health.report({ component: 'provider', status: 'ok', type: 'sending', message: 'the server takes mail' });
    outlet.join(this);
    const outcome = this.#closing.signal.aborted ? 'ended' : await away;
    outlet.leave(this);
    return outcome;
  }

  #lose(handed: Handed): void {
    this.#work.outlet.leave(this);
    this.#onAway(this.#tell(handed));
  }

  #tell(handed: Handed | undefined): TryOutcome {
    const { health } = this.#work;
    const reason = handed === undefined || handed.kind === 'taken' ? '' : handed.reason;
    if (handed?.kind === 'unauthorized') {
      const message = `the server does not know us, see smtp_username and smtp_password: ${reason}`;
      health.report({ component: 'auth', status: 'down', type: 'unauthorized', message });
      return 'refused';
    }
    const message = `the server cannot be reached, see smtp_host and smtp_security: ${reason}`;
    health.report({ component: 'provider', status: 'down', type: 'not_connected', message });
    return 'ended';
  }

  /** One mail that is put off holds up no other; it has its own time, and an end. */
  async #putOffOr(message: UserMessage, reason: string): Promise<PartResult | Unsent> {
    const { message_id: id, timestamp } = message;
    const { clock, random } = this.#work.ports;
    const since = parseTimestamp(timestamp) ?? clock();
    if (clock() - since > this.#config.give_up_after * 1000) {
      this.#putOff.delete(id);
      return { kind: 'failed', reason };
    }
    const times = this.#putOff.get(id) ?? 0;
    this.#putOff.set(id, times + 1);
    const ms = backoffMs(times, FIRST_RETRY_MS, LONGEST_RETRY_MS, random);
    await sleep(ms, this.#closing.signal).catch(() => {});
    return LOST;
  }

  /** Resolves when all that the mail says is published. */
  async #take(raw: Buffer, envelope: Envelope): Promise<void> {
    this.#counts.mails += 1;
    const readings = await readMail(raw, envelope, this.#config);
    await Promise.all(readings.map((reading) => this.#publish(reading)));
  }

  async #publish(reading: MailReading): Promise<void> {
    const { ports, receipts } = this.#work;
    if (reading.kind === 'ignored') {
      this.#counts.ignored += 1;
      ports.logger.info({ why: reading.why }, 'a mail was ignored');
      return;
    }
    if (reading.kind === 'message') return ports.end.publishInbound(this.#messageOf(reading));
    this.#counts.reports += 1;
    const { code, text, status } = reading.report;
    const metadata = {
      email: { ...(code === null ? {} : { status: code }), ...(text === null ? {} : { text }) },
    };
    await receipts.handle({ kind: 'receipt', messageId: reading.messageId, status, metadata });
  }

  #messageOf({ id, fields }: MessageReading): UserMessage {
    const { name } = this.#work.ports.end;
    const { transport_type, provider } = this.#config;
    return createUserMessage({
      transport_type,
      provider: provider ?? null,
      ...fields,
      transport_name: name,
      message_id: id === null ? newId() : deriveId(name, id),
    });
  }
}
