import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, type KeyedState } from '@vumi/core';
import { connectRedisState, openEmbeddedState } from '@vumi/state';
import { Redis } from 'ioredis';
import { backend, requireServer } from '../backend.ts';

/** Keyed state under test that leaves nothing behind. */
export interface StatePlace extends AsyncDisposable {
  readonly state: KeyedState;
}

export async function openStatePlace(): Promise<StatePlace> {
  return backend === 'servers' ? openRedisPlace() : openEmbeddedPlace();
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
