import { errorText, type Logger } from '@vumi/core';
import { withAuditOrigin, type AuditOrigin, type Store } from '@vumi/store';

const WINDOW_MS = 60_000;
/** Kinds of refusals that are told apart in a window: whoever knocks at all doors fills no disk. */
const MOST = 100;

/** Something that was asked for and not given. */
export interface Refusal {
  readonly origin: AuditOrigin;
  /** Whose token it was; null: nobody's. */
  readonly account: string | null;
  readonly actor: string;
  /** The code of the error. */
  readonly code: string;
  /** What was asked for: method and path of the route. */
  readonly target: string;
  readonly reason: string;
}

interface Counted {
  readonly first: Refusal;
  more: number;
}

/**
 * Keeps refusals in the audit log: the first of its source, caller and kind at once, and how many more there were when a
 * minute is over. So there are 200 entries a minute at most, whatever comes.
 */
export class RefusalLog {
  readonly #audit: Pick<Store['audit'], 'refused'>;
  readonly #logger: Logger;
  readonly #windowMs: number;
  #seen = new Map<string, Counted>();

  constructor(audit: Pick<Store['audit'], 'refused'>, logger: Logger, windowMs: number = WINDOW_MS) {
    this.#audit = audit;
    this.#logger = logger;
    this.#windowMs = windowMs;
  }

  note(refusal: Refusal): void {
    const { origin, account, actor, code } = refusal;
    const own = JSON.stringify([origin.source, account, actor, code]);
    const key = this.#seen.has(own) || this.#seen.size < MOST ? own : 'others';
    const known = this.#seen.get(key);
    if (known !== undefined) {
      known.more += 1;
      return;
    }
    this.#seen.set(key, { first: refusal, more: 0 });
    this.#write(refusal, key === 'others' ? { sources: 'several' } : {});
    if (this.#seen.size === 1) setTimeout(() => this.#endWindow(), this.#windowMs).unref();
  }

  #endWindow(): void {
    const seen = this.#seen;
    this.#seen = new Map();
    for (const [key, { first, more }] of seen) {
      if (more === 0) continue;
      this.#write(first, { more, ...(key === 'others' ? { sources: 'several' } : {}) });
    }
  }

  /** An attacker must not be able to hold anybody up: nobody waits for it. */
  #write({ origin, account, actor, code, target, reason }: Refusal, details: object): void {
    withAuditOrigin(origin, () =>
      this.#audit.refused({
        account,
        actor,
        action: `refused.${code}`,
        target,
        details: { reason, ...details },
      }),
    ).catch((error: unknown) =>
      this.#logger.warn({ reason: errorText(error), code }, 'a refusal could not be kept in the audit log'),
    );
  }
}
