import type { SessionEvent } from '@vumi/sdk';
import type { OpenOptions, OpenPage, OpenQuestion, Phone, PhoneOptions, Received, Shown } from './api.ts';

const LINK = /https:\/\/\S+\/l\/[\w-]{16}/g;

interface Said {
  readonly say: string | null;
  readonly session_event?: Exclude<SessionEvent, null>;
}

interface Answered extends Said {
  readonly expect: string[];
}

/** What a phone asks of its network. */
export interface Network {
  readonly transport: string;
  readonly number: string;
  /** Brings a message to the app; resolves when it has been handled. */
  send(message: {
    readonly from: SimulatedPhone;
    readonly to: string;
    readonly content: string | null;
    readonly sessionEvent: SessionEvent;
  }): Promise<void>;
  advance(duration: string): Promise<void>;
  open(url: string, pin: string | null): Promise<OpenPage>;
  /** Where the conversation of a phone waits. */
  placeOf(phone: SimulatedPhone): OpenQuestion | null;
}

export class SimulatedPhone implements Phone {
  readonly address: string;
  readonly transport: string;
  screen: Shown | null = null;
  readonly inbox: Received[] = [];
  link: string | null = null;
  /** How many came. */
  texts = 0;
  /** What it writes to: the number dialled last, else the app's. */
  to: string;
  readonly #network: Network;
  #said: Answered[] = [];
  #isOpen = false;

  constructor(address: string, { transport, to }: PhoneOptions, network: Network) {
    this.address = address;
    this.transport = transport ?? network.transport;
    this.to = to ?? network.number;
    this.#network = network;
  }

  get at(): OpenQuestion | null {
    return this.#network.placeOf(this);
  }

  /** A session is open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get hasSessions(): boolean {
    return this.transport === 'ussd';
  }

  get transcript(): string {
    const steps = this.#said.map(({ say, session_event, expect }) => {
      const [only = ''] = expect;
      return JSON.stringify({
        from: this.address,
        say,
        ...(session_event === undefined ? {} : { session_event }),
        ...(this.transport === 'sms' ? {} : { transport_type: this.transport }),
        expect: expect.length === 1 ? only : expect,
      });
    });
    return `[\n${steps.map((step) => `  ${step}`).join(',\n')}\n]\n`;
  }

  async dial(code: string = this.to): Promise<Shown | null> {
    this.to = code;
    this.#isOpen = true;
    return this.#say({ say: null, session_event: 'new' });
  }

  redial(): Promise<Shown | null> {
    return this.dial();
  }

  async text(content: string): Promise<Shown | null> {
    if (!this.hasSessions) return this.#say({ say: content });
    if (!this.#isOpen)
      throw new Error(
        `${this.address} has no open session to type ${JSON.stringify(content)} in: dial first`,
      );
    return this.#say({ say: content, session_event: 'resume' });
  }

  async type(...answers: readonly string[]): Promise<Shown | null> {
    for (const answer of answers) await this.text(answer);
    return this.screen;
  }

  async open(url: string | null = this.link, { pin }: OpenOptions = {}): Promise<OpenPage> {
    if (url === null) throw new Error(`${this.address} has got no address of a page`);
    return this.#network.open(url, pin ?? null);
  }

  async hangUp(): Promise<void> {
    if (!this.#isOpen) throw new Error(`${this.address} has no open session to hang up: dial first`);
    this.#isOpen = false;
    await this.#say({ say: null, session_event: 'close' });
  }

  wait(duration: string): Promise<void> {
    return this.#network.advance(duration);
  }

  /** All of it as it is now, to go back to. */
  save(): { readonly restore: () => void } {
    const { screen, to, link, texts } = this;
    const [inbox, said, isOpen] = [[...this.inbox], this.#said.map(copied), this.#isOpen];
    return {
      restore: () => {
        this.screen = screen;
        this.to = to;
        this.link = link;
        this.texts = texts;
        this.inbox.splice(0, Infinity, ...inbox);
        this.#said = said.map(copied);
        this.#isOpen = isOpen;
      },
    };
  }

  /** Something came from the app. */
  receive(text: Received, isReply: boolean): void {
    this.texts += 1;
    this.link = text.text.match(LINK)?.at(-1) ?? this.link;
    if (isReply) this.#said.at(-1)?.expect.push(text.text);
    if (isReply && text.ends) this.#isOpen = false;
    if (isReply || !this.hasSessions) this.screen = text;
    if (!isReply || !this.hasSessions) this.inbox.push(text);
  }

  async #say(said: Said): Promise<Shown | null> {
    this.#said.push({ ...said, expect: [] });
    await this.#network.send({
      from: this,
      to: this.to,
      content: said.say,
      sessionEvent: said.session_event ?? null,
    });
    return this.screen;
  }
}

function copied(said: Answered): Answered {
  return { ...said, expect: [...said.expect] };
}
