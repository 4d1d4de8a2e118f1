import { previewText } from '@vumi/core/text';
import { LocalPage, Refused, type Follower } from '../local-page.ts';
import { answeredOrLost } from '../lost-messages.ts';
import { openPhone, newsOf, type Phone } from '../phone.ts';
import type { Session } from '../session.ts';
import { openUssdPhone, type UssdPhone } from '../ussd-phone.ts';
import type { DevApp } from './dev-app.ts';
import type { View } from './view.ts';

const NUMBER = /^\+?\d{3,15}$/;
/** Numbers that one page may write from. */
const MOST_PHONES = 20;

interface BrowserPhoneOptions {
  readonly session: Session;
  readonly view: View;
  readonly app: DevApp;
  /** The number that the page has at first. */
  readonly from: string;
  /** Brings what is due next in the app, and shows it; null: its clock is not ours. */
  readonly next: (() => Promise<void>) | null;
  readonly signal: AbortSignal;
}

/** A phone in the browser, beside the one in the terminal, with the same log. */
export class BrowserPhone implements AsyncDisposable {
  readonly #options: BrowserPhoneOptions;
  readonly #followers = new Set<Follower>();
  readonly #phones = new Map<string, Promise<Phone>>();
  readonly #sessions = new Map<string, UssdPhone>();
  #page: LocalPage | null = null;

  private constructor(options: BrowserPhoneOptions) {
    this.#options = options;
  }

  static async start(options: BrowserPhoneOptions): Promise<BrowserPhone> {
    const phone = new BrowserPhone(options);
    phone.#page = await LocalPage.start({
      // Each as the packed command finds it, too: beside the chunk that reads it.
      files: [
        new URL('phone-page/phone.html', import.meta.url),
        new URL('phone-page/phone.css', import.meta.url),
        new URL('phone-page/phone.js', import.meta.url),
      ],
      onFollower: (follower) => phone.#follow(follower),
      posts: {
        sms: (body) => phone.#write(body),
        ussd: (body) => phone.#type(body),
        next: () => phone.#fireNext(),
      },
    });
    return phone;
  }

  get url(): string {
    return this.#page?.url ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#page?.[Symbol.asyncDispose]();
  }

  /** `hello` with the numbers, then `line` and `sms` as they come. */
  #follow(follower: Follower): void {
    const { from, view, app, next } = this.#options;
    follower.send('hello', { from, numbers: app.numbers, hasClock: next !== null });
    const end = view.follow((line) => follower.send('line', line));
    this.#followers.add(follower);
    // What an app sends by itself comes, too; what goes wrong is said to who writes.
    this.#phoneOf(from).catch(() => {});
    follower.onEnd(() => {
      end();
      this.#followers.delete(follower);
    });
  }

  async #write(body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const text = textIn(body, 'text');
    if (text.trim() === '') throw new Refused(400, 'write a text first');
    const phone = await this.#phoneOf(numberIn(body));
    await phone.write(text);
    return {};
  }

  async #fireNext(): Promise<unknown> {
    const { next } = this.#options;
    if (next === null) throw new Refused(409, 'the clock of a platform that runs elsewhere is not moved');
    await next();
    return {};
  }

  async #type(body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const from = numberIn(body);
    const to = textIn(body, 'dial');
    const open = to === '' ? this.#sessions.get(from) : null;
    if (open === undefined) throw new Refused(409, 'no session is open: dial first');
    const phone = open ?? openUssdPhone(this.#options.session, 'ussd', { from, to });
    const { client } = this.#options.session;
    const { text, ends } = await (open === null
      ? answeredOrLost(client, from, () => phone.dial())
      : phone.answer(textIn(body, 'input')));
    if (ends) this.#sessions.delete(from);
    else this.#sessions.set(from, phone);
    return { ...measured(text), ends };
  }

  /** The phone of a number, which shows what comes to it on all pages. */
  #phoneOf(from: string): Promise<Phone> {
    const known = this.#phones.get(from);
    if (known !== undefined) return known;
    if (this.#phones.size >= MOST_PHONES)
      throw new Refused(429, `a page writes from ${MOST_PHONES} numbers at most: start "vumi dev" again`);
    const { session, app } = this.#options;
    const opened = openPhone(session, from, app.numbers.sms);
    this.#phones.set(from, opened);
    opened.then(
      (phone) => void this.#show(from, phone),
      () => this.#phones.delete(from),
    );
    return opened;
  }

  async #show(from: string, phone: Phone): Promise<void> {
    for await (const news of newsOf(phone, this.#options.signal)) {
      if ('lost' in news) this.#options.view.line(`✗ ${news.lost}`);
      else for (const page of this.#followers) page.send('sms', { from, ...measured(news.text.content) });
    }
  }
}

/** A text, and what it takes to send it. */
function measured(text: string): {
  readonly text: string;
  readonly units: number;
  readonly segments: number;
} {
  const { units, segments } = previewText(text);
  return { text, units, segments: segments.length };
}

function textIn(body: Readonly<Record<string, unknown>>, name: string): string {
  const { [name]: text } = body;
  return typeof text === 'string' ? text : '';
}

function numberIn({ from }: Readonly<Record<string, unknown>>): string {
  if (typeof from === 'string' && NUMBER.test(from)) return from;
  throw new Refused(400, 'a number has 3 to 15 digits, such as +27761234567');
}
