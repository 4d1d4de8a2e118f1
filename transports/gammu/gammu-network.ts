import {
  backoffMs,
  createUserMessage,
  deriveId,
  errorText,
  readPhoneNumber,
  sleep,
  type UserMessage,
} from '@vumi/core';
import type { Marks } from '../sending/results.ts';
import { ChannelNumbers } from '../numbers/channel-numbers.ts';
import { CANCELLED, type PartResult } from '../sending/part-result.ts';
import { LOST, type Line, type Unsent } from '../socket/outlet.ts';
import type { SocketNetwork, SocketWork } from '../socket/start-socket-transport.ts';
import type { GammuConfig } from './config.ts';
import { joinParts, type Received } from './long-messages.ts';
import { segmentsOf } from './segments.ts';
import type { GammuTables, PhoneState, SentSms } from './tables.ts';

interface Waiting {
  /** It is in the outbox, or was. */
  isAdded: boolean;
  readonly settle: (result: PartResult | Unsent) => void;
}

const LONGEST_WAIT_MS = 60_000;
/** The column of the number has room for so many characters. */
const LONGEST_NUMBER = 20;
/** Classes of SQLSTATE that say that the values are wrong. */
const WRONG_VALUE = /^2[23]/;
const REFERENCES = 256;

/** Phones behind gammu-smsd, which are reached through its tables (spec channels §A, GSM modem). */
export class GammuNetwork implements SocketNetwork, Line {
  readonly #config: GammuConfig;
  readonly #tables: GammuTables;
  readonly #work: SocketWork;
  readonly #numbers: ChannelNumbers;
  readonly #closing = new AbortController();
  readonly #waiting = new Map<string, Waiting>();
  readonly #done: Promise<void>;
  #isOpen = false;
  #isReading = true;
  #phones: readonly PhoneState[] = [];
  /** What was reported already of the messages that were reported last. */
  #reported = new Map<string, string>();
  #reference: number;

  constructor(config: GammuConfig, tables: GammuTables, work: SocketWork) {
    this.#config = config;
    this.#tables = tables;
    this.#work = work;
    this.#numbers = new ChannelNumbers(config);
    this.#reference = Math.floor(work.ports.random() * REFERENCES);
    const message = 'looks for the database of gammu-smsd';
    work.health.report({ component: 'provider', status: 'down', type: 'connecting', message });
    this.#done = this.#run();
  }

  get hasRoom(): boolean {
    return this.#isOpen;
  }

  gauges(): Readonly<Record<string, number>> {
    const [phone] = this.#phones;
    return {
      outbox_messages: this.#waiting.size,
      phones_there: this.#phones.filter(({ isThere }) => isThere).length,
      ...(phone === undefined ? {} : { battery_percent: phone.battery, signal_percent: phone.signal }),
    };
  }

  read(isReading: boolean): void {
    this.#isReading = isReading;
  }

  /** Resolves when the phone has sent all parts, or could not. What is in the outbox is not put there again. */
  async send(message: UserMessage, marks: Marks): Promise<PartResult | Unsent> {
    const { message_id: id, content } = message;
    const to = readPhoneNumber(this.#numbers.written(message).to_addr ?? '');
    if (to === null || to.length > LONGEST_NUMBER) {
      return { kind: 'failed', reason: `Invalid to_addr: ${message.to_addr ?? ''}` };
    }
    this.#reference = (this.#reference + 1) % REFERENCES;
    const segments = segmentsOf(content, this.#reference);
    if (segments === null) return { kind: 'failed', reason: 'the text has more parts than can be joined' };
    const { phone_id: phone = null, delivery_reports: wantsReport } = this.#config;
    const { promise, resolve } = Promise.withResolvers<PartResult | Unsent>();
    const waiting: Waiting = { isAdded: false, settle: resolve };
    this.#waiting.set(id, waiting);
    marks.sending();
    try {
      await this.#tables.add({ id, to, segments, phone, wantsReport });
      waiting.isAdded = true;
      return await promise;
    } catch (error) {
      if (isWrongValue(error)) return { kind: 'failed', reason: errorText(error) };
      this.#lose(error);
      return LOST;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** True when no phone has begun to send the message, and none will. */
  async takeBack(id: string): Promise<boolean> {
    if (!this.#waiting.has(id) || !(await this.#tables.remove(id))) return false;
    this.#waiting.get(id)?.settle(CANCELLED);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('closing'));
    this.#close();
    for (const { settle } of this.#waiting.values()) settle(LOST);
    await this.#done;
  }

  async #run(): Promise<void> {
    const pollMs = this.#config.poll_interval * 1000;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#look();
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#lose(error);
      }
      const waitMs = backoffMs(failures, pollMs, LONGEST_WAIT_MS, this.#work.ports.random);
      await sleep(failures === 0 ? pollMs : waitMs, signal).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    await this.#lookForPhones();
    await this.#settle();
    await this.#report();
    if (this.#isReading) await this.#receive();
  }

  async #lookForPhones(): Promise<void> {
    const { phone_id: phone, phone_timeout: timeout } = this.#config;
    const { health } = this.#work;
    this.#phones = await this.#tables.phones(phone ?? null, timeout);
    if (timeout > 0 && !this.#phones.some(({ isThere }) => isThere)) {
      const message = `gammu-smsd has said nothing of ${phone ?? 'any phone'} for ${timeout} s: see its log`;
      health.report({ component: 'provider', status: 'down', type: 'phone_away', message });
      return this.#close();
    }
    const message = 'gammu-smsd takes messages';
    health.report({ component: 'provider', status: 'ok', type: 'connected', message });
    if (this.#isOpen || this.#closing.signal.aborted) return;
    this.#isOpen = true;
    this.#work.outlet.join(this);
  }

  async #settle(): Promise<void> {
    const ids = [...this.#waiting].filter(([, { isAdded }]) => isAdded).map(([id]) => id);
    if (ids.length === 0) return;
    for (const sent of await this.#tables.sentOf(ids)) {
      this.#waiting.get(sent.id)?.settle(resultOf(sent));
    }
    for (const id of await this.#tables.goneOf(ids)) {
      const reason = 'somebody has taken it out of the outbox';
      this.#waiting.get(id)?.settle({ kind: 'failed', reason });
    }
  }

  /** What the network says of messages that were sent. Asked by the time of the database, and so twice of its last second. */
  async #report(): Promise<void> {
    const { ports, receipts } = this.#work;
    const key = `transport/${ports.end.name}/reported`;
    const since = (await ports.state.get(key)) ?? '';
    const rows = await this.#tables.reportedSince(since);
    const reported = new Map(rows.map(({ id, states }) => [id, states.join()]));
    for (const { id, states } of rows) {
      const status = deliveryOf(states);
      if (status === null || this.#reported.get(id) === states.join()) continue;
      const metadata = { gammu: { states } };
      await receipts.handle({ kind: 'receipt', messageId: id, status, metadata });
    }
    this.#reported = reported;
    const last = rows.at(-1)?.updated ?? since;
    if (last !== since) await ports.state.set(key, last);
  }

  async #receive(): Promise<void> {
    const { phone_id: phone, multipart_timeout } = this.#config;
    const { ports, health } = this.#work;
    for (const received of joinParts(await this.#tables.received(phone ?? null, multipart_timeout))) {
      try {
        await ports.end.publishInbound(this.#messageOf(received));
        health.report(TAKES);
      } catch (error) {
        const message = `messages cannot be published: ${errorText(error)}`;
        return health.report({ component: 'request', status: 'down', type: 'not_published', message });
      }
      await this.#tables.markTaken(received.parts.map(({ id }) => id));
    }
  }

  #messageOf({ first, text, missing }: Received): UserMessage {
    const { name } = this.#work.ports.end;
    const { transport_type, provider = null, phone_number, phone_id = first.phone } = this.#config;
    const { phone, received, from } = first;
    return createUserMessage({
      message_id: deriveId(name, first.id, received),
      transport_name: name,
      transport_type,
      to_addr: phone_number ?? phone_id,
      content: text,
      transport_metadata: { gammu: { phone, received, ...(missing.length === 0 ? {} : { missing }) } },
      from_addr: from,
      provider,
      ...this.#numbers.known({ from_addr: from, provider }),
    });
  }

  #lose(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const message = `the database of gammu-smsd: ${errorText(error)}`;
    this.#work.health.report({ component: 'provider', status: 'down', type: 'connection_lost', message });
    this.#close();
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#work.outlet.leave(this);
  }
}

const TAKES = {
  component: 'request',
  status: 'ok',
  type: 'listening',
  message: 'takes messages',
} as const;

function isWrongValue(error: unknown): boolean {
  return error instanceof Error && 'code' in error && WRONG_VALUE.test(String(error.code));
}

/** What became of a message that the phone is through with. */
function resultOf({ id, states, references, error }: SentSms): PartResult {
  const failed = states.find((state) => state.endsWith('Error'));
  if (failed !== undefined) {
    const code = error === -1 ? '' : ` (${error})`;
    return { kind: 'failed', reason: `the phone could not send it: ${failed}${code}` };
  }
  const known = references.filter((reference) => reference >= 0);
  return { kind: 'ok', remoteId: known.length === 0 ? id : known.join(',') };
}

/** Null while nothing is said of some part. */
function deliveryOf(states: readonly string[]): 'pending' | 'delivered' | 'failed' | null {
  if (states.includes('DeliveryFailed')) return 'failed';
  if (states.every((state) => state === 'DeliveryOK')) return 'delivered';
  return states.includes('DeliveryPending') ? 'pending' : null;
}
