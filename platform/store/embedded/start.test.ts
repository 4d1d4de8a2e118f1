import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { silentLogger } from '@vumi/core';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './start.ts';

/** One for all tests, as making a cluster takes most of the time; each has a table of its own. */
let dataDir: string;

beforeAll(async () => {
  // Private to us, as a clone in a temporary folder is.
  dataDir = await mkdtemp(join(tmpdir(), 'vumi-postgres-'));
});

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const start = (): Promise<EmbeddedPostgres> => startEmbeddedPostgres({ dataDir, logger: silentLogger });

async function sql(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Process id of the server, as it says itself. */
async function serverPid(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'cluster/data/postmaster.pid'), 'utf8'), 10);
}

const isRunning = (): boolean => existsSync(join(dataDir, 'cluster/data/postmaster.pid'));

interface OtherProcess {
  readonly child: ChildProcess;
  readonly url: string;
  kill(): Promise<void>;
}

/** Starts the database in a process of its own, which can be killed. */
async function startInProcess(): Promise<OtherProcess> {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, 'start.ts'))};
    import { silentLogger } from '@vumi/core';
    const { url } = await startEmbeddedPostgres({ dataDir: process.argv[1], logger: silentLogger });
    process.stdout.write(url + '\\n');
    process.stdin.resume().on('end', () => process.exit());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    child,
    url,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('an embedded Postgres', () => {
  test('keeps its data over a stop and a start', async () => {
    {
      await using postgres = await start();
      await sql(postgres.url, "create table kept as select 'kept' as word");
    }
    expect(isRunning()).toBe(false);
    await using again = await start();
    expect(await sql(again.url, 'select word from kept')).toEqual([{ word: 'kept' }]);
  });

  test('lets nobody in without its password, which only its owner can read', async () => {
    await using postgres = await start();
    const url = new URL(postgres.url);
    url.password = 'guess';
    await expect(sql(url.href, 'select 1')).rejects.toThrow('password authentication failed');
    expect((await stat(join(dataDir, 'cluster/password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'cluster/data'))).mode & 0o777).toBe(0o700);
  });

  test('stores any text and commits to the disk', async () => {
    await using postgres = await start();
    expect(
      await sql(
        postgres.url,
        "select current_setting('server_encoding') as e, current_setting('fsync') as f",
      ),
    ).toEqual([{ e: 'UTF8', f: 'on' }]);
  });

  test('is started again at the same place when it dies', async () => {
    await using postgres = await start();
    await sql(postgres.url, 'create table restarted (n int); insert into restarted values (1)');
    process.kill(await serverPid(), 'SIGKILL');
    await expect.poll(() => sql(postgres.url, 'select n from restarted')).toEqual([{ n: 1 }]);
  });

  test('refuses a folder that another process uses, and says which', async () => {
    const other = await startInProcess();
    try {
      await expect(start()).rejects.toMatchObject({
        code: 'data.in_use',
        message: expect.stringContaining(String(other.child.pid)),
      });
      expect(await sql(other.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      await other.kill();
    }
  });

  test('ends by itself when its parent is killed', async () => {
    const other = await startInProcess();
    expect(isRunning()).toBe(true);
    await other.kill();
    await expect.poll(isRunning).toBe(false);
  });

  test('starts at once after its parent was killed, with all that was committed', async () => {
    const other = await startInProcess();
    await sql(other.url, 'create table committed (n int)');
    const writer = new Client(other.url);
    writer.on('error', () => {});
    await writer.connect();
    let committed = 0;
    const writing = (async () => {
      for (;;) {
        await writer.query('insert into committed values (1)');
        committed += 1;
        if (committed === 50) void other.kill();
      }
    })();
    await expect(writing).rejects.toThrow();
    await using again = await start();
    const [row] = await sql(again.url, 'select count(*)::int as n from committed');
    expect(row?.['n']).toBeGreaterThanOrEqual(committed);
  });

  test.runIf(process.platform === 'linux')(
    'stops a server that was left behind by a killed parent and its guard',
    async () => {
      const other = await startInProcess();
      const { port } = new URL(other.url);
      for (const pid of await guardsOf(port)) process.kill(pid, 'SIGKILL');
      await other.kill();
      expect(await sql(other.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await using again = await start();
      expect(await sql(again.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    },
  );

  test("starts although its old process's number belongs to another program now", async () => {
    await (await start())[Symbol.asyncDispose]();
    await writeFile(
      join(dataDir, 'cluster/data/postmaster.pid'),
      `${process.pid}\n/gone\n0\n1\n\n\n\nready\n`,
    );
    await using again = await start();
    expect(await sql(again.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('makes its cluster anew when a first start was killed half-way', async () => {
    await rm(join(dataDir, 'cluster'), { recursive: true });
    await mkdir(join(dataDir, 'cluster.new-1/data/base'), { recursive: true });
    await using postgres = await start();
    expect(await sql(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await readdir(dataDir)).toEqual(['cluster']);
  });

  test('with the data of another Postgres is refused with what Postgres says', async () => {
    await writeFile(join(dataDir, 'cluster/data/PG_VERSION'), '9.6\n');
    await expect(start()).rejects.toMatchObject({
      code: 'store.unavailable',
      message: expect.stringContaining('incompatible'),
    });
  });
});

/** The shells that wait for the end of the parent of the server on that port. */
async function guardsOf(port: string): Promise<number[]> {
  const guards: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (command.startsWith('/bin/sh\0') && command.includes(`port=${port}\0`)) guards.push(Number(entry));
  }
  return guards;
}
