import { previewText } from '@vumi/core/text';
import type { Handset, Seen } from '@vumi/testing';

/** What came back to a phone. */
export interface Reply {
  /** Null: nothing. */
  readonly text: string | null;
  /** The talk is over with it. */
  readonly ends: boolean;
}

/** How the messages of one phone are carried. */
export interface Line {
  readonly address: string;
  readonly hasSessions: boolean;
  begin(): Promise<Reply>;
  say(text: string): Promise<Reply>;
}

/** A phone of a platform's simulators: of the app it knows only texts. */
export class DistantHandset implements Handset {
  readonly #line: Line;
  #last: Seen | null = null;

  constructor(line: Line) {
    this.#line = line;
  }

  get address(): string {
    return this.#line.address;
  }

  get hasSessions(): boolean {
    return this.#line.hasSessions;
  }

  async begin(): Promise<Seen> {
    return this.#see(await this.#line.begin(), null);
  }

  async say(text: string): Promise<Seen> {
    const before = this.#last?.shown?.text ?? null;
    return this.#see(await this.#line.say(text), before);
  }

  /** Networks that do not tell when a session is over are many: the next one begins anew. */
  async hangUp(): Promise<void> {
    this.#last = null;
  }

  async look(): Promise<Seen> {
    return this.#last ?? this.#see({ text: null, ends: false }, null);
  }

  #see({ text, ends }: Reply, before: string | null): Seen {
    const { units = 0, encoding = 'gsm0338', segments = [] } = text === null ? {} : previewText(text);
    this.#last = {
      shown:
        text === null
          ? null
          : { text, units, encoding, segments: this.hasSessions ? 1 : segments.length, ends },
      at: null,
      samples: null,
      // A question that is asked again stands behind what is wrong with its answer.
      isRefused: before !== null && text !== null && !ends && text.endsWith(before),
      isOver: ends,
      isPlain: false,
      broken: null,
    };
    return this.#last;
  }
}
