import { setTimeout as pause } from 'node:timers/promises';
import type { startSmscSimulator } from '@vumi/transports/smpp/simulator';

type Smsc = Awaited<ReturnType<typeof startSmscSimulator>>;

/** What a phone says and what it must be answered. */
export interface Step {
  readonly say: string;
  readonly answer: RegExp;
}

export interface Talk {
  /** `wrong`: an answer was another than it must be. `lost`: one did not come. */
  readonly end: 'done' | 'wrong' | 'lost';
  readonly answers: readonly { readonly text: string; readonly ms: number }[];
}

/** An answer that has not come by then is lost: the machine may be slow, but not so slow. */
const LOST_MS = 300_000;

/** People who talk to apps over an SMSC, each from a number of his own. */
export class Phones implements Disposable {
  readonly #smsc: Smsc;
  readonly #waiting = new Map<string, (text: string) => void>();
  readonly #listener: Disposable;
  #last = 0;

  constructor(smsc: Smsc) {
    this.#smsc = smsc;
    this.#listener = smsc.onMessage(({ to_addr, content }) => this.#waiting.get(to_addr)?.(content ?? ''));
  }

  /** Begins so many conversations, one each `everyMs`; resolves when all have ended. */
  async talkSteadily(
    count: number,
    everyMs: number,
    topicOf: (index: number) => { number: string; steps: readonly Step[] },
  ): Promise<Talk[]> {
    const talks: Promise<Talk>[] = [];
    for (let index = 0; index < count; index++) {
      talks.push(this.#talk(topicOf(index)));
      if (everyMs > 0) await pause(everyMs);
    }
    return Promise.all(talks);
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
  }

  async #talk({ number, steps }: { number: string; steps: readonly Step[] }): Promise<Talk> {
    const phone = `+2779${String(++this.#last).padStart(7, '0')}`;
    const answers: { text: string; ms: number }[] = [];
    for (const { say, answer } of steps) {
      const saidAt = performance.now();
      const text = await this.#say(phone, number, say);
      if (text === null) return { end: 'lost', answers };
      answers.push({ text, ms: performance.now() - saidAt });
      if (!answer.test(text)) return { end: 'wrong', answers };
    }
    return { end: 'done', answers };
  }

  async #say(phone: string, number: string, content: string): Promise<string | null> {
    const answer = Promise.withResolvers<string | null>();
    const timer = setTimeout(() => answer.resolve(null), LOST_MS);
    this.#waiting.set(phone, answer.resolve);
    try {
      await this.#smsc.inject({ from_addr: phone, to_addr: number, content });
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(phone);
    }
  }
}
