import { errorText } from '@vumi/core';
import type { ServerClient, SmppServerPorts } from './ports.ts';

const BEAT_MS = 3000;
/** A process that said nothing for so long is gone, and its binds with it. */
const GONE_MS = 10_000;
const KEPT_MS = 60_000;

/** What one process says of its binds of a client. */
interface Entry {
  readonly binds: number;
  readonly at: number;
}

type RegistryPorts = Pick<SmppServerPorts, 'state' | 'process' | 'logger' | 'clock'>;

/** Counts the binds of each client over all processes. */
export class BindRegistry implements Disposable {
  readonly #ports: RegistryPorts;
  readonly #own = new Map<string, number>();
  /** What other processes have, as of the last beat. */
  readonly #others = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(ports: RegistryPorts) {
    this.#ports = ports;
    this.#timer = setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  /** Binds in this process. */
  count(systemId: string): number {
    return this.#own.get(systemId) ?? 0;
  }

  /** Counts one more bind; false, and not counted, when the client has as many as it may. */
  async claim({ system_id: systemId, max_binds: most }: ServerClient): Promise<boolean> {
    this.#own.set(systemId, this.count(systemId) + 1);
    try {
      if (this.count(systemId) + (await this.#tell(systemId)) <= most) return true;
    } catch (error) {
      this.release(systemId);
      throw error;
    }
    this.release(systemId);
    return false;
  }

  release(systemId: string): void {
    const left = this.count(systemId) - 1;
    if (left > 0) this.#own.set(systemId, left);
    else this.#own.delete(systemId);
    this.#tellQuietly(systemId);
  }

  /** The part of a client's limits that is for this process: its share of the binds. */
  share(systemId: string): number {
    const own = Math.max(1, this.count(systemId));
    return own / (own + (this.#others.get(systemId) ?? 0));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    for (const systemId of this.#own.keys()) this.#tellQuietly(systemId);
  }

  #tellQuietly(systemId: string): void {
    this.#tell(systemId).catch((error: unknown) =>
      this.#ports.logger.warn({ systemId, reason: errorText(error) }, 'cannot count the binds of a client'),
    );
  }

  /** Tells how many we have, and answers how many others have. */
  async #tell(systemId: string): Promise<number> {
    const { state, process, clock } = this.#ports;
    const entry: Entry = { binds: this.count(systemId), at: clock() };
    const key = `smpp-server/binds/${systemId}`;
    const record = await state.putField(key, process, JSON.stringify(entry), KEPT_MS);
    let others = 0;
    for (const [name, text] of Object.entries(record)) {
      if (name === process) continue;
      const { binds, at } = JSON.parse(text) as Entry;
      if (clock() - at < GONE_MS) others += binds;
    }
    this.#others.set(systemId, others);
    return others;
  }
}
