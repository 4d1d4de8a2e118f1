import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedBroker } from '@vumi/broker';
import { silentLogger } from '@vumi/core';
import { openEmbeddedState, openLedger } from '@vumi/state';
import type { Store } from '@vumi/store';
import { httpNotHere } from './http-not-here.ts';
import { withoutMiddleware, type RuntimeServices } from './services.ts';
import { createWiring } from './wiring.ts';
import type { WorkerType } from './worker-type.ts';

/** What workers of one process share, on the embedded broker and state. */
export async function openServices(
  types: readonly WorkerType[],
  store: Store | null = null,
): Promise<RuntimeServices & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-runtime-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const broker = stack.use(
    await openEmbeddedBroker({ dataDir: join(dataDir, 'broker'), logger: silentLogger }),
  );
  const state = stack.use(await openEmbeddedState({ dataDir: join(dataDir, 'state'), logger: silentLogger }));
  const owned = stack.move();
  return {
    types,
    wiring: createWiring(broker),
    broker,
    state,
    store,
    openLedger: ({ name }) => openLedger({ file: join(dataDir, 'workers', `${name}.ledger`) }),
    http: httpNotHere,
    middleware: withoutMiddleware,
    clock: Date.now,
    // No jitter.
    random: () => 0.5,
    logger: silentLogger,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Leases as the store gives them: one holder of each name, and the next when he goes. */
export function memoryLeases(): Pick<Store, 'lease'> & { loseAll(): void } {
  const held = new Map<string, { lose: () => void; waiting: (() => void)[] }>();
  return {
    async lease(name, signal) {
      while (held.has(name)) {
        const turn = Promise.withResolvers<void>();
        held.get(name)?.waiting.push(turn.resolve);
        signal.addEventListener('abort', () => turn.reject(signal.reason as Error));
        await turn.promise;
      }
      const lost = Promise.withResolvers<void>();
      const entry = { lose: lost.resolve, waiting: [] as (() => void)[] };
      held.set(name, entry);
      return {
        lost: lost.promise,
        async [Symbol.asyncDispose]() {
          if (held.get(name) === entry) held.delete(name);
          for (const next of entry.waiting) next();
        },
      };
    },
    loseAll() {
      for (const entry of held.values()) entry.lose();
    },
  };
}
