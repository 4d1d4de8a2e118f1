import type { Subscriber, WallReport } from '@vumi/testing';
import { LocalPage, Refused, type Follower } from '../local-page.ts';

/** Changes are gathered for so long before they are shown. */
const EVERY_MS = 100;
/** Characters of a screen, on the wall. */
const MOST_SHOWN = 160;

interface WallViewOptions {
  readonly seed: number;
  /** The scenario's. */
  readonly file: string;
  readonly where: string;
  readonly hasPage: boolean;
}

/** How a phone is, as the page shows it. */
type PhoneState = readonly [phone: number, state: string, screen: string, messages: number, answered: number];

/** What is seen while phones talk: a line on the terminal, and all of them on a page. */
export class WallView implements AsyncDisposable {
  readonly #options: WallViewOptions;
  readonly #followers = new Set<Follower>();
  readonly #changed = new Set<Subscriber>();
  #subscribers: readonly Subscriber[] = [];
  #page: LocalPage | null = null;
  #report: WallReport | null = null;
  #timer: NodeJS.Timeout | null = null;

  private constructor(options: WallViewOptions) {
    this.#options = options;
  }

  static async start(options: WallViewOptions): Promise<WallView> {
    const view = new WallView(options);
    if (!options.hasPage) return view;
    view.#page = await LocalPage.start({
      files: [
        new URL('wall-page/wall.html', import.meta.url),
        new URL('wall-page/wall.css', import.meta.url),
        new URL('wall-page/wall.js', import.meta.url),
      ],
      onFollower: (follower) => view.#follow(follower),
      posts: { talk: async ({ phone }) => view.#talkOf(phone) },
    });
    process.stderr.write(`The wall is at ${view.#page.url}\n`);
    return view;
  }

  begin(subscribers: readonly Subscriber[]): void {
    this.#subscribers = subscribers;
    for (const follower of this.#followers) this.#greet(follower);
  }

  show(subscriber: Subscriber): void {
    this.#changed.add(subscriber);
    this.#timer ??= setTimeout(() => this.#flush(), EVERY_MS);
  }

  end(report: WallReport): void {
    this.#flush();
    this.#report = report;
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    for (const follower of this.#followers) follower.send('report', report);
  }

  /** Until somebody has seen enough. */
  async untilClosed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    process.stderr.write('Ctrl-C closes the page\n');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#page?.[Symbol.asyncDispose]();
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const phones = [...this.#changed].map(stateOf);
    this.#changed.clear();
    for (const follower of this.#followers) follower.send('phones', phones);
    this.#showLine();
  }

  #showLine(): void {
    if (!process.stderr.isTTY) return;
    const done = this.#subscribers.filter(({ end }) => end !== null);
    const unfinished = done.filter(({ end }) => end?.ending === 'unfinished').length;
    const messages = this.#subscribers.reduce((sum, one) => sum + one.messages, 0);
    process.stderr.write(
      `\r\u001b[K${done.length}/${this.#subscribers.length} phones are done, ${unfinished} unfinished, ${messages} messages`,
    );
  }

  #follow(follower: Follower): void {
    this.#followers.add(follower);
    follower.onEnd(() => void this.#followers.delete(follower));
    this.#greet(follower);
    follower.send('phones', this.#subscribers.map(stateOf));
    if (this.#report !== null) follower.send('report', this.#report);
  }

  #greet(follower: Follower): void {
    const { seed, file, where } = this.#options;
    const phones = this.#subscribers.map(({ persona, address }) => [persona, address]);
    follower.send('hello', { seed, file, where, phones });
  }

  #talkOf(phone: unknown): unknown {
    const found = this.#subscribers[Number(phone)];
    if (found === undefined) throw new Refused(404, 'there is no such phone');
    const { address, persona, lines, end } = found;
    return { address, persona, lines, end };
  }
}

function stateOf({ phone, end, screen, messages, answered }: Subscriber): PhoneState {
  const state = end?.ending ?? (messages === 0 ? 'waiting' : 'talking');
  return [phone, state, screen.slice(0, MOST_SHOWN), messages, answered];
}
