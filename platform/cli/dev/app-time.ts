import { occurrenceId, scheduleMessageId, sleep, type AppRef } from '@vumi/core';
import { TALK_KEY } from '@vumi/core/talks';
import { orNone, path, type Client } from '../client.ts';

const LOOK_MS = 50;
/** Looks for the run of what was fired: an app whose version is gone has none. */
const MOST_LOOKS = 600;
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** An open schedule, as the platform tells it. */
interface Due extends AppRef {
  readonly id: string;
  readonly name: string;
  readonly user: string | null;
  readonly due_at: string;
  readonly data: unknown;
  readonly repeat: unknown;
}

/** A conversation that is open. */
interface OpenTalk {
  readonly user: string;
  readonly to: string;
  readonly screen: string;
  readonly question: string;
}

/** The time that an app has, which its author need not wait for. */
export class AppTime {
  readonly #client: Client;
  readonly #ref: AppRef;
  readonly #moveTo: (time: number) => Promise<number>;

  /** `moveTo` puts the clock of apps on, and answers what it shows; a time that is past leaves it as it is. */
  constructor(client: Client, ref: AppRef, moveTo: (time: number) => Promise<number>) {
    this.#client = client;
    this.#ref = ref;
    this.#moveTo = moveTo;
  }

  /** How far it is ahead of the machine's, as people say it; null: not at all. */
  async ahead(): Promise<string | null> {
    const ms = (await this.#moveTo(0)) - Date.now();
    return ms < 1000 ? null : spanText(ms);
  }

  /**
   * Puts the clock on to what is due next, with all that is due at the same time, and waits until the app has handled it. Says
   * what that was, line by line.
   */
  async fireNext(): Promise<readonly string[]> {
    const open = await this.#open();
    const [first] = open;
    if (first === undefined)
      return ['nothing is due: no schedule is open, and no question that has "within" or "remind"'];
    const together = open.filter(({ due_at }) => due_at === first.due_at);
    const due = Date.parse(first.due_at);
    const left = spanText(Math.max(0, due - (await this.#moveTo(0))));
    // Once they are fired nobody knows any more what they were of.
    const named = await Promise.all(together.map((one) => this.#nameOf(one)));
    await this.#moveTo(due);
    for (const one of together) await this.#handled(one);
    const now = await this.#moveTo(0);
    const clock = `for the app it is now ${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    return [...named.map((name) => `${name}, due in ${left}, fired now`), clock];
  }

  /** By time. */
  async #open(): Promise<Due[]> {
    const { account, app } = this.#ref;
    const query = { app };
    return this.#client.list<Due>(path`/accounts/${account}/schedules`, { query, limit: 100 });
  }

  async #nameOf({ name, user, data, repeat }: Due): Promise<string> {
    const of = user === null ? '' : ` for ${user}`;
    if (!name.startsWith(TALK_KEY))
      return `schedule "${name}"${of}${repeat === null ? '' : ', which comes again'}`;
    const { kind, to } = (data ?? {}) as { readonly kind?: unknown; readonly to?: unknown };
    const { account, app } = this.#ref;
    const talks = await this.#client.list<OpenTalk>(path`/accounts/${account}/apps/${app}/talks`);
    const talk = talks.find((one) => one.user === user && one.to === to);
    const question = talk === undefined ? 'a question' : `${talk.screen}/${talk.question}`;
    return `${kind === 'remind' ? 'reminder' : 'end of the wait'} of ${question}${of}`;
  }

  /** Its run is there when all that it did is. */
  async #handled(fired: Due): Promise<void> {
    const { account, app } = this.#ref;
    const id = scheduleMessageId(occurrenceId(fired));
    const run = path`/accounts/${account}/apps/${app}/runs/${id}`;
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      if ((await orNone(this.#client.call('GET', run))) !== null) return;
      await sleep(LOOK_MS);
    }
  }
}

/** The two largest units: `23 h 59 min`. */
function spanText(ms: number): string {
  let rest = Math.round(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || parts.length > 0) parts.push(count > 0 ? `${count} ${unit}` : '');
    if (parts.length === 2) break;
  }
  return parts.filter((part) => part !== '').join(' ') || '0 s';
}
