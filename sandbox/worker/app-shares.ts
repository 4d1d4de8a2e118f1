import { appKey, type AppRef, type Delivery, type Handler } from '@vumi/core';

export interface AppSharesOptions<M> {
  /** Messages that the queue of the apps hands over at once. */
  readonly window: number;
  /** A message that could not be handled for so long is moved out of the others' way. */
  readonly patienceMs: number;
  /** In milliseconds; should stand still while this process is not given a processor. */
  readonly now: () => number;
  readonly handle: Handler<M>;
  /** Puts a message at the end of the side queue; resolves when it is safe there. */
  readonly park: (message: M) => Promise<void>;
}

interface Waiting<M> {
  readonly message: M;
  readonly delivery: Delivery;
  /** Of the options' clock. */
  readonly since: number;
  readonly settle: { resolve: () => void; reject: (error: unknown) => void };
}

interface Share<M> {
  /** Messages of the window that are in its handlers. */
  held: number;
  /** Messages of the window that wait for those, in the order of their coming. */
  readonly waiting: Waiting<M>[];
  /** Messages that are in the side queue or on their way to it. */
  parked: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Apps share a queue, which hands over a window of messages. Handlers that take long would come to hold all of it, and
 * the messages of all other apps would wait for them. So an app may hold as much of the window as is left free, which
 * leaves something to others however many do so. What it cannot get handled for a while goes to a side queue, of which
 * slow apps alone have the trouble; until that holds nothing of it, all its messages take that way, in their order.
 */
export class AppShares<M> {
  readonly #options: AppSharesOptions<M>;
  readonly #shares = new Map<string, Share<M>>();
  /** Apps with messages that wait. */
  readonly #waiting = new Set<string>();
  #held = 0;

  constructor(options: AppSharesOptions<M>) {
    this.#options = options;
  }

  /** Takes a message of the queue. The promise is its acknowledgement: it is handled, or safe in the side queue. */
  take(ref: AppRef, message: M, delivery: Delivery): Promise<void> {
    const key = appKey(ref);
    const share = this.#shares.get(key) ?? { held: 0, waiting: [], parked: 0, timer: undefined };
    this.#shares.set(key, share);
    if (share.parked > 0) return this.#park(key, share, message);
    if (share.waiting.length === 0 && this.#mayHandle(share))
      return this.#handle(key, share, () => this.#options.handle(message, delivery));
    return new Promise((resolve, reject) => {
      share.waiting.push({ message, delivery, since: this.#options.now(), settle: { resolve, reject } });
      this.#waiting.add(key);
      if (share.waiting.length === 1) this.#timeFirst(key, share);
    });
  }

  /** Takes a message of the side queue. */
  takeParked(ref: AppRef, message: M, delivery: Delivery): Promise<void> {
    const key = appKey(ref);
    const share = this.#shares.get(key);
    // Of one user in order: what comes by the queue from now on is called later.
    const handled = this.#options.handle(message, delivery);
    if (share !== undefined && share.parked > 0) share.parked--;
    if (share !== undefined) this.#forgetIfIdle(key, share);
    return handled;
  }

  #mayHandle({ held }: Share<M>): boolean {
    return held < Math.max(1, this.#options.window - this.#held);
  }

  async #handle(key: string, share: Share<M>, handle: () => Promise<void>): Promise<void> {
    share.held++;
    this.#held++;
    try {
      await handle();
    } finally {
      share.held--;
      this.#held--;
      this.#forgetIfIdle(key, share);
      this.#admit();
    }
  }

  /** What has become free goes to those that wait. */
  #admit(): void {
    for (const key of this.#waiting) {
      const share = this.#shares.get(key);
      if (share !== undefined) this.#admitOf(key, share);
    }
  }

  #admitOf(key: string, share: Share<M>): void {
    while (this.#mayHandle(share)) {
      const next = share.waiting.shift();
      if (next === undefined) return;
      const { message, delivery, settle } = next;
      this.#handle(key, share, () => this.#options.handle(message, delivery)).then(
        settle.resolve,
        settle.reject,
      );
      this.#timeFirst(key, share);
    }
  }

  /** When the first of those that wait has waited too long, all of them give way. */
  #timeFirst(key: string, share: Share<M>): void {
    clearTimeout(share.timer);
    const [first] = share.waiting;
    if (first === undefined) return void this.#waiting.delete(key);
    share.timer = setTimeout(() => this.#look(key, share), Math.max(0, Math.ceil(this.#leftMs(first))));
  }

  /** What this process was not given, no app could have used. */
  #look(key: string, share: Share<M>): void {
    const [first] = share.waiting;
    if (first !== undefined && this.#leftMs(first) > 0) this.#timeFirst(key, share);
    else this.#giveWay(key, share);
  }

  #leftMs({ since }: Waiting<M>): number {
    return since + this.#options.patienceMs - this.#options.now();
  }

  #giveWay(key: string, share: Share<M>): void {
    this.#waiting.delete(key);
    for (const { message, settle } of share.waiting.splice(0))
      this.#park(key, share, message).then(settle.resolve, settle.reject);
  }

  async #park(key: string, share: Share<M>, message: M): Promise<void> {
    share.parked++;
    try {
      await this.#options.park(message);
    } catch (error) {
      share.parked--;
      this.#forgetIfIdle(key, share);
      throw error;
    }
  }

  #forgetIfIdle(key: string, { held, waiting, parked }: Share<M>): void {
    if (held === 0 && parked === 0 && waiting.length === 0) this.#shares.delete(key);
  }
}
