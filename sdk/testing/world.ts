import {
  createAck,
  createDeliveryReport,
  createNack,
  createUserMessage,
  DEFAULT_ENDPOINT,
  deriveId,
  nextOccurrence,
  OPTOUT_HANDLERS,
  scheduleMessage,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { EMPTY_CONTACT, normaliseAddress, optedOutText } from '@vumi/records';
import { sharedStateKey, userStateKey } from '@vumi/sandbox';
import type { Json } from '@vumi/sdk';
import { begunOver, secondsOf, talkKey, unpackTalk } from '@vumi/sdk/talks';
import type {
  ContactShown,
  Explored,
  ExploreOptions,
  Events,
  HttpFixtures,
  LogLineShown,
  MetricsShown,
  OpenSchedule,
  Phone,
  PhoneOptions,
  RunShown,
  Sent,
  Setting,
  Values,
  World,
  WorldOptions,
} from './api.ts';
import { AppUnderTest } from './app-under-test.ts';
import { explore } from './explorer.ts';
import { faultsOf, type Fault, type Judged } from './checks.ts';
import { openPage } from './open-page.ts';
import { SimulatedPhone, type Network } from './phone.ts';
import { received, sent } from './shown.ts';

const BEGINNING = '2026-01-01T08:00:00Z';
const NUMBER = '12345';
const DEFAULT_NETWORK = 'sms';
/** Of a thing that a user does. */
const STEP_MS = 1000;
const MAX_SEGMENTS = 3;

type Scheduled = AppUnderTest['records']['schedules'] extends Map<string, infer S> ? S : never;

interface Way {
  /** Hears what is refused, and of whom; without it, what was done rejects. */
  readonly onFaults?: (faults: readonly Fault[], address: string | null) => void;
  /** What a user does takes so long. Default: a second. */
  readonly stepMs?: number;
}

interface Opening extends Way {
  /** The conversation of its transcript is had first, as at a deploy. */
  readonly selfTest?: boolean;
}

export class TestWorld implements World {
  now: number;
  readonly sends: Sent[] = [];
  readonly #options: WorldOptions & Way;
  readonly #tested: AppUnderTest;
  readonly #phones = new Map<string, SimulatedPhone>();
  #messages = 0;
  #last: UserMessage | null = null;

  private constructor(options: WorldOptions & Way, now: number, tested: AppUnderTest) {
    this.#options = options;
    this.#tested = tested;
    this.now = now;
    tested.settings = { config: { ...options.config }, secrets: { ...options.secrets } };
  }

  static async open(
    dir: string,
    options: WorldOptions,
    { selfTest = false, ...way }: Opening = {},
  ): Promise<TestWorld> {
    const began = new Date(options.at ?? BEGINNING).getTime();
    if (Number.isNaN(began)) throw new TypeError(`"${options.at}" is no time: write such as "${BEGINNING}"`);
    let world: TestWorld | null = null;
    const tested = await AppUnderTest.start(() => world?.now ?? began, {
      hasTwin: options.checks?.isolates !== false,
      network: options.transport ?? DEFAULT_NETWORK,
    });
    world = new TestWorld({ ...options, ...way }, began, tested);
    try {
      await tested.deploy(dir, { selfTest });
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  phone(address: string, options: PhoneOptions = {}): SimulatedPhone {
    const known = this.#phones.get(address);
    if (known !== undefined) return known;
    const phone = new SimulatedPhone(address, options, this.#network());
    this.#phones.set(address, phone);
    if (options.language !== undefined) this.speak(phone, options.language);
    return phone;
  }

  /** From now on the account knows the user's language. */
  speak({ address }: Phone, language: string | null): void {
    if (language !== null) this.#addContact(address, { language });
  }

  async advance(duration: string): Promise<void> {
    await this.goTo(this.now + 1000 * secondsOf(duration));
  }

  get http(): HttpFixtures {
    return this.#tested.http;
  }

  get state(): Values {
    return this.#values(({ ref }, key) => sharedStateKey(ref, key));
  }

  user(of: Phone | string): Values {
    const address = typeof of === 'string' ? of : of.address;
    return this.#values(({ ref }, key) => userStateKey(ref, address, key));
  }

  get contacts(): readonly ContactShown[] {
    const { app, records } = this.#tested;
    return [...records.contacts.values()]
      .filter(({ account }) => account === app.ref.account)
      .map(({ key, msisdn, name, surname, extra, subscription }) => ({
        key,
        msisdn,
        name,
        surname,
        extra,
        subscription,
      }));
  }

  get events(): Events {
    const about = (given: Sent | undefined) => {
      const { id } = given ?? this.sends.at(-1) ?? { id: null };
      if (id === null) throw new Error('the app has sent nothing yet');
      const event_id = deriveId('event', (this.#messages += 1));
      return { id, event_id, fields: { user_message_id: id, transport_name: 'test', event_id } };
    };
    return {
      deliver: async (given) => {
        const { id, event_id, fields } = about(given);
        await this.#event(createAck(fields, id));
        await this.#event(
          createDeliveryReport({ ...fields, event_id: deriveId(event_id, 'report') }, 'delivered'),
        );
      },
      fail: async (given, reason = 'unreachable') => this.#event(createNack(about(given).fields, reason)),
    };
  }

  get schedules(): readonly OpenSchedule[] {
    return this.#scheduled().map(({ name, user, due, data }) => ({
      name,
      user,
      due: new Date(due).toISOString(),
      data,
    }));
  }

  get runs(): readonly RunShown[] {
    return this.#tested.app.runs.map(({ kind, outcome, error, cost }) => ({
      kind,
      outcome,
      error,
      cpu: cost.cpu_us,
      calls: cost.calls,
    }));
  }

  get log(): readonly LogLineShown[] {
    return this.#tested.app.log.map(({ level, text, fields }) => ({
      level,
      text,
      ...(fields === undefined ? {} : { fields }),
    }));
  }

  get config(): Setting<Json> {
    return { set: (name, value) => this.#set('config', name, value) };
  }

  get secrets(): Setting<string> {
    return { set: (name, value) => this.#set('secrets', name, value) };
  }

  get metrics(): MetricsShown {
    const values = (name: string): number[] =>
      this.#tested.app.effects
        .flatMap(({ effects }) => effects)
        .flatMap((effect) => (effect.kind === 'metric' && effect.metric === name ? [effect.value] : []));
    return {
      values,
      sum: (name) => values(name).reduce((sum, value) => sum + value, 0),
      last: (name) => values(name).at(-1) ?? null,
    };
  }

  kill(): void {
    this.#tested.killRunner();
  }

  async deploy(dir: string): Promise<void> {
    await this.#tested.deploy(dir, { selfTest: false });
  }

  async twice(): Promise<void> {
    if (this.#last === null) throw new Error('no message has come yet that could come twice');
    const { sent: more, runs } = await this.#tested.again(this.#last);
    if (more.length + runs.length > 0) throw new Error('a message that came twice had a second effect');
  }

  explore(options: ExploreOptions = {}): Promise<Explored> {
    return explore(this, options);
  }

  /** All of it as it is now, to go back to. */
  save(): { readonly restore: () => void } {
    const { now } = this;
    const [messages, last, sends] = [this.#messages, this.#last, [...this.sends]];
    const parts = [this.#tested, ...this.#phones.values()].map((part) => part.save());
    return {
      restore: () => {
        for (const part of parts) part.restore();
        this.now = now;
        this.#messages = messages;
        this.#last = last;
        this.sends.splice(0, Infinity, ...sends);
      },
    };
  }

  /** Whether it has opted out, and the app would be told if that ended. */
  mayComeBack({ address }: SimulatedPhone): boolean {
    const { records, app } = this.#tested;
    const key = `${app.ref.account} msisdn ${normaliseAddress('msisdn', address)}`;
    return app.handlers.includes(OPTOUT_HANDLERS.optin) && records.optouts.has(key);
  }

  get #stepMs(): number {
    return this.#options.stepMs ?? STEP_MS;
  }

  /** The transport of phones for which none was said. */
  get transport(): string {
    return this.#options.transport ?? DEFAULT_NETWORK;
  }

  get tested(): AppUnderTest {
    return this.#tested;
  }

  close(): Promise<void> {
    return this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tested[Symbol.asyncDispose]();
  }

  #network(): Network {
    return {
      transport: this.transport,
      number: this.#options.number ?? NUMBER,
      send: async ({ from, to, content, sessionEvent }) => {
        const message = createUserMessage({
          message_id: deriveId('message', (this.#messages += 1)),
          from_addr: from.address,
          to_addr: to,
          content,
          session_event: sessionEvent,
          transport_name: 'test',
          transport_type: from.transport,
        });
        this.#last = message;
        await this.#handle(message, message);
        await this.goTo(this.now + this.#stepMs);
      },
      advance: (duration) => this.advance(duration),
      open: (url, pin) =>
        openPage(this.#tested, { url, pin, now: () => this.now, bring: (message) => this.#bring(message) }),
      placeOf: (phone) => placeOf(this.talkOf(phone)),
    };
  }

  #values(keyOf: (side: AppUnderTest['app'], key: string) => string): Values {
    const { state, app, twin } = this.#tested;
    return {
      get: async <T>(key: string) => JSON.parse((await state.get(keyOf(app, key))) ?? 'null') as T | null,
      set: async (key, value) => {
        for (const side of [app, twin]) await state.set(keyOf(side, key), JSON.stringify(value));
      },
    };
  }

  #set(kind: 'config' | 'secrets', name: string, value: unknown): void {
    const { settings } = this.#tested;
    this.#tested.settings = { ...settings, [kind]: { ...settings[kind], [name]: value } };
  }

  #addContact(address: string, extra: Readonly<Record<string, string>>): void {
    const { records, app, twin } = this.#tested;
    const key = deriveId('contact', address);
    for (const { ref } of [app, twin])
      records.contacts.set(`${ref.account} ${key}`, {
        ...EMPTY_CONTACT,
        key,
        account: ref.account,
        created_at: new Date(this.now).toISOString(),
        msisdn: address,
        extra,
      });
  }

  /** Both are addresses of one person, a contact. */
  isOne(first: string, second: string): void {
    const { records, app, twin } = this.#tested;
    const id = deriveId('contact', first);
    if (!records.contacts.has(`${app.ref.account} ${id}`)) this.#addContact(first, {});
    for (const { ref } of [app, twin])
      records.apply({
        ...ref,
        marker: id,
        effects: [{ kind: 'identity.link', id, type: 'msisdn', address: second, merge: false }],
      });
  }

  /** Time goes on to this, and what is due by then happens in order. */
  async goTo(until: number): Promise<void> {
    for (;;) {
      const next = this.#scheduled().find(({ due }) => due <= until);
      if (next === undefined) break;
      this.now = Math.max(this.now, next.due);
      await this.#fire(next);
    }
    this.now = until;
  }

  #scheduled(): Scheduled[] {
    const { records, app } = this.#tested;
    const start = `${app.ref.account} ${app.ref.app} `;
    return [...records.schedules]
      .flatMap(([key, schedule]) => (key.startsWith(start) ? [schedule] : []))
      .sort((one, other) => one.due - other.due);
  }

  async #fire({ id, name, user, due, data, chain, repeat }: Scheduled): Promise<void> {
    const { records, app, twin } = this.#tested;
    for (const { ref } of [app, twin]) {
      const key = `${ref.account} ${ref.app} ${name} ${user ?? ''}`;
      const open = records.schedules.get(key);
      if (open === undefined) continue;
      if (repeat === undefined) records.schedules.delete(key);
      else records.schedules.set(key, { ...open, due: nextOccurrence(repeat, due) });
    }
    const fired = {
      id: repeat === undefined ? id : deriveId(id, due),
      name,
      user,
      due,
      data,
      ...(chain === undefined ? {} : { chain }),
    };
    await this.#handle(scheduleMessage(app.ref, fired), null);
  }

  /** What a page has said. */
  async #bring(message: UserMessage): Promise<void> {
    await this.#handle(message, null);
    await this.goTo(this.now + this.#stepMs);
  }

  async #handle(handed: UserMessage, message: UserMessage | null): Promise<void> {
    await this.#judge(await this.#tested.inbound(handed), message, handed.from_addr);
  }

  async #event(event: TransportEvent): Promise<void> {
    await this.#judge(await this.#tested.event(event), null, null);
  }

  /** Brings to phones what was sent, and throws what is wrong with it. */
  async #judge(
    { turn, anew }: Pick<Judged, 'turn' | 'anew'>,
    message: UserMessage | null,
    user: string | null,
  ): Promise<void> {
    for (const one of turn.sent) {
      this.sends.push(sent(one, this.now));
      const isReply = message !== null && one.in_reply_to === message.message_id;
      this.#phones.get(one.to_addr ?? '')?.receive(received(one, this.now), isReply);
    }
    for (const one of turn.refused) await this.#refused(one);
    const faults = this.#faultsIn({ turn, anew }, message);
    if (faults.length === 0) return;
    const { onFaults } = this.#options;
    if (onFaults === undefined) throw new Error(faults.map(({ text }) => text).join('\n'));
    onFaults(faults, user);
  }

  /** The app is told as a platform tells it. */
  async #refused(message: UserMessage): Promise<void> {
    const { message_id } = message;
    const about = {
      user_message_id: message_id,
      transport_name: 'test',
      event_id: deriveId(message_id, 'nack'),
    };
    await this.#event(createNack(about, optedOutText(message)));
  }

  #faultsIn(turns: Pick<Judged, 'turn' | 'anew'>, message: UserMessage | null): Fault[] {
    const phone = this.#phones.get(message?.from_addr ?? '');
    const { checks = {}, maxSegments = MAX_SEGMENTS } = this.#options;
    const talk = phone === undefined ? null : this.talkOf(phone);
    return [
      ...faultsOf({ message, ...turns, maxSegments, talk }),
      ...this.#tested.http.faults.splice(0).map((text) => ({ check: 'http' as const, text })),
    ].filter(({ check }) => checks[check] !== false);
  }

  /** What its conversation remembers. */
  talkOf({ address, to }: SimulatedPhone): ReturnType<typeof unpackTalk> {
    const { state, app } = this.#tested;
    const kept =
      state.peek(userStateKey(app.ref, address, talkKey(to))) ??
      state.peek(userStateKey(app.ref, address, talkKey(begunOver(DEFAULT_ENDPOINT))));
    return unpackTalk(JSON.parse(kept ?? 'null'));
  }
}

function placeOf(talk: ReturnType<typeof unpackTalk>): Phone['at'] {
  const screen = talk?.frames.at(-1)?.screen;
  return talk === null || screen === undefined ? null : { screen, question: talk.wait.tag };
}
