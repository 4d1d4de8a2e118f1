import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

export interface PortRange {
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
  /** Ports of a block, the first of which stands for it. */
  readonly ofBlock: number;
}

/**
 * Ports that no other process which takes them from the same range is given, though nobody listens on them for now. A
 * process has blocks of them: who listens on the first port of a block has the block, until he ends. So the system looks
 * after it that two never have the same one, and that nothing is left behind by who is killed.
 */
export class PortBlocks {
  readonly #range: PortRange;
  /** The first ports of those that this process has. */
  readonly #blocks: number[] = [];
  #next = 0;
  #end = 0;
  #taking: Promise<void> = Promise.resolve();

  constructor(range: PortRange) {
    this.#range = range;
  }

  /**
   * Nobody listens on it. This process is given it once, or again when all others have been given. Rejects when other
   * processes have all blocks.
   */
  take(): Promise<number> {
    const taken = this.#taking.then(() => this.#take());
    this.#taking = taken.then(
      () => {},
      () => {},
    );
    return taken;
  }

  async #take(): Promise<number> {
    for (;;) {
      if (this.#next === this.#end) this.#open((await this.#takeBlock()) ?? this.#oldestBlock());
      const port = this.#next;
      this.#next += 1;
      const server = await listen(port);
      if (server === null) continue;
      server.close();
      await once(server, 'close');
      return port;
    }
  }

  /** Null when others have what there is. */
  async #takeBlock(): Promise<number | null> {
    const { first, end, ofBlock } = this.#range;
    const count = Math.floor((end - first) / ofBlock);
    const start = randomInt(count);
    for (let tries = 0; tries < count; tries += 1) {
      const block = first + ((start + tries) % count) * ofBlock;
      const guard = await listen(block);
      if (guard === null) continue;
      guard.unref();
      return block;
    }
    return null;
  }

  #oldestBlock(): number {
    const { first, end } = this.#range;
    const block = this.#blocks.shift();
    if (block === undefined)
      throw new Error(
        `other processes have all ports from ${first} to ${end - 1}: wait for them, or end them`,
      );
    return block;
  }

  #open(block: number): void {
    this.#blocks.push(block);
    this.#next = block + 1;
    this.#end = block + this.#range.ofBlock;
  }
}

/** Null when somebody has the port. */
async function listen(port: number): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy()).listen({ port, host: '127.0.0.1' });
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}

/** Below those that systems give to connections and to listeners without a wish, and above those of `freePort`. */
const ofTests = new PortBlocks({ first: 18_000, end: 32_000, ofBlock: 100 });

/**
 * A port of 127.0.0.1 for who has to know it before he listens, or listens on it again later. Nothing else that tests start
 * gets it, as long as this process lives.
 */
export function freePort(): Promise<number> {
  return ofTests.take();
}
