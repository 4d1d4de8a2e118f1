import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStorePlace, runSql, type StorePlace } from '../contract/store-place.ts';
import { startTestPlatform, type Client, type TestPlatform } from '../platform.ts';
import { vumi } from '../vumi-command.ts';

const ROWS = 20_000;
/** Several times within the export below. */
const CUT_AFTER_BYTES = 700_000;

let place: StorePlace;
let world: TestPlatform;
let folder: string;

beforeAll(async () => {
  place = await openStorePlace();
  world = await startTestPlatform({ database: { url: place.url } });
  folder = await mkdtemp(join(tmpdir(), 'vumi-export-'));
  await world.client.must('POST', '/accounts', { name: 'clinic' });
  await runSql(place.url, rowsOf('clinic', ROWS));
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Several of one moment, and contents of several lines. */
function rowsOf(account: string, count: number): string {
  return `
    insert into messages (message_id, week, direction, account, status, from_addr, to_addr, at, body)
    select id, date_trunc('week', at at time zone 'utc')::date, 'outbound', '${account}', 'queued', '12345', to_addr, at, json_build_object(
      'message_type', 'user_message', 'message_version', '20110921', 'message_id', id, 'from_addr', '12345',
      'to_addr', to_addr, 'content', E'line\\n"' || n || '"', 'session_event', null, 'in_reply_to', null, 'group', null,
      'transport_name', 'smsc', 'transport_type', 'sms', 'transport_metadata', json_build_object(),
      'helper_metadata', json_build_object(), 'routing_metadata', json_build_object(),
      'timestamp', to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
    from (
      select n, 'export-' || n as id, '+2776' || lpad(n::text, 7, '0') as to_addr,
        timestamptz '2026-11-22T08:00:00Z' + (n / 3) * interval '1 second' as at
      from generate_series(1, ${count}) as n
    ) as made`;
}

/** Cuts each of so many connections after so many bytes of answers. */
async function startCuttingProxy(target: Client, cuts: number): Promise<Server> {
  const { hostname, port } = new URL(target.url);
  let left = cuts;
  const server = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(port) });
    const end = (): void => void [client.destroy(), upstream.destroy()];
    for (const socket of [client, upstream]) socket.on('error', end).once('close', end);
    client.pipe(upstream);
    let bytes = 0;
    upstream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > CUT_AFTER_BYTES && left > 0) {
        left -= 1;
        end();
      } else if (!client.write(chunk)) upstream.pause();
    });
    client.on('drain', () => upstream.resume());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test.each(['csv', 'ndjson'])(
  'a %s export that is cut off again and again goes on without a missing or doubled row',
  async (format) => {
    await using proxy = await startCuttingProxy(world.client, 2);
    const cutting = { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` } as Client;
    const words = (name: string) => [
      'messages',
      'export',
      '--account',
      'clinic',
      '--out',
      join(folder, name),
    ];
    const whole = await vumi(world.client, ...words(`whole.${format}`));
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining(`${ROWS} rows`) as string });

    const name = `cut.${format}`;
    const first = await vumi(cutting, ...words(name));
    expect(first).toMatchObject({ code: 3, err: expect.stringContaining('--resume') as string });
    expect(await readdir(folder)).not.toContain(name);
    // Rows that come meanwhile are newer than what is exported.
    await runSql(
      place.url,
      rowsOf('clinic', 1).replaceAll('export-', `late-${format}-`).replace('08:00:00Z', '20:00:00Z'),
    );
    expect((await vumi(cutting, ...words(name))).err).toContain('cut off');
    expect((await vumi(cutting, ...words(name), '--resume', '--app', 'other')).err).toContain(
      'other options',
    );
    expect((await vumi(cutting, ...words(name), '--resume')).code).toBe(3);
    expect(await vumi(cutting, ...words(name), '--resume')).toMatchObject({ code: 0, err: '' });

    const [wholeText, cutText] = await Promise.all(
      [`whole.${format}`, name].map((file) => readFile(join(folder, file), 'utf8')),
    );
    expect(cutText?.length).toBe(wholeText?.length);
    expect(cutText === wholeText).toBe(true);
    expect((await readdir(folder)).filter((file) => file.includes('.part'))).toEqual([]);
    expect((await vumi(cutting, ...words(name))).err).toContain('is there already');
    await runSql(place.url, `delete from messages where message_id = 'late-${format}-1'`);
  },
);
