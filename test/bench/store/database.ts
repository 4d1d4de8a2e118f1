import { Client } from 'pg';
import { silentLogger } from '@vumi/core';
import { openStore } from '@vumi/store';
import { serverUrls } from '../../backend.ts';

export interface BenchDatabase extends AsyncDisposable {
  readonly url: string;
  /** Whether it was there before. */
  readonly isOld: boolean;
}

/** A database of its own with the platform's schema, which goes at the end unless `keep` says so. */
export async function openBenchDatabase(name: string, keep = false): Promise<BenchDatabase> {
  const admin = async (sql: string): Promise<number | null> => {
    const client = new Client(serverUrls.database);
    await client.connect();
    try {
      return (await client.query(sql)).rowCount;
    } finally {
      await client.end();
    }
  };
  const isOld = (await admin(`select from pg_database where datname = '${name}'`)) === 1;
  if (!isOld) await admin(`create database ${name}`);
  const url = new URL(serverUrls.database);
  url.pathname = `/${name}`;
  await (await openStore({ url: url.href, logger: silentLogger }))[Symbol.asyncDispose]();
  return {
    url: url.href,
    isOld,
    async [Symbol.asyncDispose]() {
      if (!keep) await admin(`drop database ${name} with (force)`);
    },
  };
}
