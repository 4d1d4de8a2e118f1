import { errorText, type KeyedState, type Logger } from '@vumi/core';

/** Where the process that runs a worker takes requests for it. */
export interface Holder {
  /** Without a final slash. */
  readonly url: string;
  /** Whoever has it read it here, so that it is a process of this platform: it is believed who the caller was. */
  readonly token: string;
}

type HolderState = Pick<KeyedState, 'get' | 'set' | 'delete'>;

const RENEWED_MS = 5000;
/** A process that has not said for so long that it holds a worker does not. */
const GONE_MS = 20_000;

/** Which process runs which worker, in the state that all processes share. */
export class Holders {
  readonly #state: HolderState;
  readonly #logger: Logger;
  readonly #announced = new Map<string, Holder>();
  readonly #timer: NodeJS.Timeout;

  constructor(state: HolderState, logger: Logger) {
    this.#state = state;
    this.#logger = logger;
    this.#timer = setInterval(() => this.#renew(), RENEWED_MS).unref();
  }

  async find(worker: string): Promise<Holder | null> {
    const text = await this.#state.get(keyOf(worker));
    return text === null ? null : (JSON.parse(text) as Holder);
  }

  async announce(worker: string, holder: Holder): Promise<void> {
    this.#announced.set(worker, holder);
    await this.#write(worker, holder);
  }

  async withdraw(worker: string): Promise<void> {
    const own = this.#announced.get(worker);
    this.#announced.delete(worker);
    // The next holder may have said so already; if we take his word away in this moment, he says it again.
    if (own !== undefined && (await this.find(worker))?.token === own.token)
      await this.#state.delete(keyOf(worker));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #renew(): void {
    for (const [worker, holder] of this.#announced) {
      this.#write(worker, holder).catch((error: unknown) =>
        this.#logger.warn(
          { worker, reason: errorText(error) },
          'cannot tell other processes who runs a worker',
        ),
      );
    }
  }

  #write(worker: string, holder: Holder): Promise<void> {
    return this.#state.set(keyOf(worker), JSON.stringify(holder), GONE_MS);
  }
}

function keyOf(worker: string): string {
  return `http/hooks/${worker}`;
}
