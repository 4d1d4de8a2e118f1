import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUserMessage, silentLogger, type UserMessage } from '@vumi/core';
import { openStore, startEmbeddedPostgres, type NewVersion, type Store } from '@vumi/store';
import { Client } from 'pg';
import { backend, requireServer } from '../backend.ts';
import { copyPostgres } from '../template.ts';

/** A database of its own, which goes when the place does. */
export interface StorePlace extends AsyncDisposable {
  readonly url: string;
}

/** With `empty`, without even a schema. */
export function openStorePlace({ empty = false } = {}): Promise<StorePlace> {
  return backend === 'servers' ? openServerPlace() : openEmbeddedPlace(empty);
}

async function openEmbeddedPlace(empty: boolean): Promise<StorePlace> {
  const folder = await mkdtemp(join(tmpdir(), 'vumi-store-'));
  const dataDir = join(folder, 'postgres');
  if (!empty) await copyPostgres(dataDir);
  const postgres = await startEmbeddedPostgres({ dataDir, logger: silentLogger });
  return {
    url: postgres.url,
    async [Symbol.asyncDispose]() {
      await postgres[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openServerPlace(): Promise<StorePlace> {
  const server = await requireServer('database');
  const name = `vumi_test_${randomBytes(6).toString('hex')}`;
  await runSql(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => runSql(server, `drop database ${name} with (force)`),
  };
}

export async function runSql(url: string, sql: string): Promise<void> {
  await readSql(url, sql);
}

export async function readSql<R extends object>(url: string, sql: string): Promise<R[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
}

export function openQuietStore(url: string): Promise<Store> {
  return openStore({ url, logger: silentLogger });
}

let names = 0;

/** A new account with an app that has one version, for a test of its own. */
export async function createApp(store: Store): Promise<{ account: string; app: string }> {
  names += 1;
  const ref = { account: `acct${names}`, app: 'hello' };
  await store.accounts.create(ref.account);
  await store.versions.add(newVersion(ref, 'first'));
  return ref;
}

/** A version whose content is made of `text`, and so is its hash. */
export function newVersion(
  ref: NewVersion['ref'],
  text: string,
  fields: Partial<NewVersion> = {},
): NewVersion {
  return {
    ref,
    bundle: Buffer.from(`zip of ${text}`),
    sha256: Buffer.from(text).toString('hex').padEnd(64, '0'),
    manifest: { name: text },
    handlers: ['onMessage'],
    worker: { code: `export default '${text}'`, map: null },
    files: [],
    activate: true,
    ...fields,
  };
}

export function userMessage(fields: Partial<UserMessage> = {}): UserMessage {
  return createUserMessage({
    from_addr: '+27761234567',
    to_addr: '12345',
    content: 'hello',
    transport_name: 'smpp',
    transport_type: 'sms',
    ...fields,
  });
}
