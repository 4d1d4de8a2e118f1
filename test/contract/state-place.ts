import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, type KeyedState } from '@vumi/core';
import { connectRedisState, openEmbeddedState } from '@vumi/state';
import { MemoryState } from '@vumi/state/memory';
import { Redis } from 'ioredis';
import { backend, requireServer } from '../backend.ts';

/** Keyed state under test that leaves nothing behind. */
export interface StatePlace extends AsyncDisposable {
  readonly state: KeyedState;
}

/** What must behave alike, by name: the backend's, and beside the embedded one what stands in for them in trials and tests. */
export const statePlaces: Readonly<Record<string, () => Promise<StatePlace>>> =
  backend === 'servers'
    ? { Redis: openRedisPlace }
    : { 'the embedded state': openEmbeddedPlace, 'state in memory': openMemoryPlace };

/** The backend's. */
export const openStatePlace = backend === 'servers' ? openRedisPlace : openEmbeddedPlace;

export async function openMemoryPlace(): Promise<StatePlace> {
  const state = new MemoryState();
  return { state, [Symbol.asyncDispose]: () => state[Symbol.asyncDispose]() };
}

async function openEmbeddedPlace(): Promise<StatePlace> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-state-'));
  const state = await openEmbeddedState({ dataDir, logger: silentLogger });
  return {
    state,
    async [Symbol.asyncDispose]() {
      await state[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function openRedisPlace(): Promise<StatePlace> {
  const url = await requireServer('redis');
  const prefix = `contract_${randomBytes(6).toString('hex')}:`;
  const state = await connectRedisState({ url, prefix, logger: silentLogger });
  return {
    state,
    async [Symbol.asyncDispose]() {
      await state[Symbol.asyncDispose]();
      await deleteKeys(url, prefix);
    },
  };
}

export async function deleteKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 }) as AsyncIterable<
    string[]
  >) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
  await redis.quit();
}
