import { sleep } from '@vumi/core';
import type { Counted } from '@vumi/testing';
import { path } from '../client.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Session } from '../session.ts';

interface Funnel {
  readonly items: readonly Counted[];
}

interface OpenTalk {
  readonly user: string;
  readonly screen: string;
  readonly question: string;
}

interface LogRow {
  readonly level: string;
  readonly text: string;
  readonly timestamp: string;
}

const LOOK_MS = 500;
/** Counts are written together, a moment later. */
const MOST_LOOKS = 20;
const SAME_LOOKS = 3;
/** All that a platform keeps of an app. */
const MOST_LINES = 1000;

/** What a platform knows of an app and the talks with it. */
export class CountedApp {
  readonly #session: Session;
  readonly #place: string;
  readonly #before: Funnel;
  readonly #since: number;

  private constructor(session: Session, place: string, before: Funnel) {
    this.#session = session;
    this.#place = place;
    this.#before = before;
    this.#since = Date.now();
  }

  /** Null: the platform has no such app, or one may not see it. */
  static async find(session: Session, name: string): Promise<CountedApp | null> {
    try {
      const place = path`/accounts/${await session.account()}/apps/${name}`;
      return new CountedApp(session, place, await session.client.call<Funnel>('GET', `${place}/funnel`));
    } catch (error) {
      if (error instanceof CliError && error.exitCode !== EXIT.unreachable) return null;
      throw error;
    }
  }

  /** What was counted since it was found, by question. */
  async counted(): Promise<Counted[]> {
    const before = totals(this.#before);
    const now = totals(await this.#settled());
    return [...now].map(([name, { screen, question, counts }]) => {
      const old: Readonly<Record<string, number>> = before.get(name)?.counts ?? {};
      const fresh = Object.entries(counts).map(([what, count]) => [what, count - (old[what] ?? 0)]);
      return { screen, question, counts: Object.fromEntries(fresh) as Counted['counts'] };
    });
  }

  /** Where conversations wait, by user without his plus. */
  async openTalks(): Promise<Map<string, { readonly screen: string; readonly question: string }>> {
    const talks = await this.#session.client.list<OpenTalk>(`${this.#place}/talks`, {
      query: { limit: 200 },
    });
    return new Map(
      talks.map(({ user, screen, question }) => [user.replace(/^\+/, ''), { screen, question }]),
    );
  }

  /** What it has logged as errors since it was found. */
  async errors(): Promise<string[]> {
    const query = { level: 'error', limit: MOST_LINES };
    const { items } = await this.#session.client.call<{ readonly items: readonly LogRow[] }>(
      'GET',
      `${this.#place}/logs`,
      { query },
    );
    return items.flatMap(({ text, timestamp }) => (Date.parse(timestamp) >= this.#since ? [text] : []));
  }

  /** The funnel, when it has stopped to grow. */
  async #settled(): Promise<Funnel> {
    let last = await this.#funnel();
    let same = 0;
    for (let look = 0; look < MOST_LOOKS && same < SAME_LOOKS; look += 1) {
      await sleep(LOOK_MS);
      const next = await this.#funnel();
      same = JSON.stringify(next.items) === JSON.stringify(last.items) ? same + 1 : 0;
      last = next;
    }
    return last;
  }

  #funnel(): Promise<Funnel> {
    return this.#session.client.call<Funnel>('GET', `${this.#place}/funnel`);
  }
}

/** All versions together. */
function totals({
  items,
}: Funnel): Map<string, { screen: string; question: string; counts: Record<string, number> }> {
  const sums = new Map<string, { screen: string; question: string; counts: Record<string, number> }>();
  for (const { screen, question, counts } of items) {
    if (question === '') continue;
    const name = JSON.stringify([screen, question]);
    const sum = sums.get(name) ?? { screen, question, counts: {} };
    for (const [what, count] of Object.entries(counts)) sum.counts[what] = (sum.counts[what] ?? 0) + count;
    sums.set(name, sum);
  }
  return sums;
}
