import type { PersonaName, WallError } from '../scenario.ts';

/** A place of the author's in a text. */
const PLACE = /[\w./@-]+\.[cm]?[jt]sx?:\d+(?::\d+)?/;

interface Met {
  readonly check: string;
  readonly text: string;
  /** Of the question that was asked last, where the text names no place. */
  readonly near: string | null;
  readonly phone: string;
  readonly persona: PersonaName | null;
  readonly transcript: () => string;
}

/** What was wrong with an app, once for each place however many phones met it. */
export class WallErrors {
  readonly #errors = new Map<string, WallError>();

  add({ check, text, near, transcript, ...who }: Met): void {
    const place = PLACE.exec(text)?.[0] ?? near;
    const key = place === null ? `${check} ${text}` : `${check} ${place}`;
    const known = this.#errors.get(key);
    const error = known ?? { check, place, text, times: 0, ...who, transcript: transcript() };
    this.#errors.set(key, { ...error, times: error.times + 1 });
  }

  /** The most frequent first. */
  get all(): WallError[] {
    return [...this.#errors.values()].toSorted((one, other) => other.times - one.times);
  }
}
