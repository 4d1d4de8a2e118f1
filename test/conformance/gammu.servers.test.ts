import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUserMessage, type UserMessage } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStorePlace, readSql, runSql, type StorePlace } from '../contract/store-place.ts';
import { requireProgram } from './debian-program.ts';
import { openTransportPlace, type TransportPlace } from './transport-place.ts';

const PROGRAM = 'gammu-smsd';
const SCHEMA = '/usr/share/doc/gammu-smsd/examples/pgsql.sql';
const U = '+27761234567';
/** The dummy phone gives every message this reference. */
const REFERENCE = '255';
/** The daemon looks for messages of the phone every so often. */
const RECEIVE_SECONDS = 1;

/** gammu-smsd of Debian with a phone that is a folder. */
class Daemon implements AsyncDisposable {
  readonly url: string;
  readonly #folder: string;
  readonly #database: StorePlace;
  #process: ChildProcess | null = null;
  #received = 0;

  private constructor(folder: string, database: StorePlace) {
    this.#folder = folder;
    this.#database = database;
    this.url = database.url;
  }

  static async create(): Promise<Daemon> {
    const database = await openStorePlace({ empty: true });
    const folder = await mkdtemp(join(tmpdir(), 'vumi-gammu-'));
    const sql = (await readFile(SCHEMA, 'utf8')).replace(/^CREATE LANGUAGE.*$/m, '');
    await runSql(database.url, sql);
    for (let box = 0; box <= 5; box += 1)
      await mkdir(join(folder, 'phone', 'sms', String(box)), { recursive: true });
    const { hostname, port, username, password, pathname } = new URL(database.url);
    await writeFile(
      join(folder, 'smsdrc'),
      `[gammu]
model = dummy
connection = none
device = ${folder}/phone
gammuloc = /dev/null
[smsd]
service = sql
driver = native_pgsql
host = ${hostname}
port = ${port}
user = ${decodeURIComponent(username)}
password = ${decodeURIComponent(password)}
database = ${pathname.slice(1)}
phoneid = p1
logfile = ${folder}/log
debuglevel = 255
commtimeout = 1
receivefrequency = ${RECEIVE_SECONDS}
statusfrequency = 1
loopsleep = 1
checksecurity = 0
checkbattery = 0
`,
    );
    return new Daemon(folder, database);
  }

  async start(): Promise<void> {
    const args = ['-c', join(this.#folder, 'smsdrc'), '-p', join(this.#folder, 'pid')];
    this.#process = spawn(PROGRAM, args, { stdio: 'ignore' });
    await eventually(
      () => readSql<{ ID: string }>(this.url, 'select "ID" from phones'),
      (phones) => phones.length === 1,
      60_000,
    );
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running === null || running.exitCode !== null) return;
    const exited = once(running, 'exit');
    running.kill('SIGTERM');
    await exited;
  }

  /** The phone receives a message. */
  async receive(text: string, lines: readonly string[] = []): Promise<void> {
    this.#received += 1;
    const body = [
      '[SMSBackup000]',
      'PDU = Deliver',
      `Number = "${U}"`,
      'DateTime = 20261129T100000Z',
      'State = UnRead',
      ...lines,
      'Coding = Unicode_No_Compression',
      `Text00 = ${Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase()}`,
      '',
    ];
    await writeFile(join(this.#folder, 'phone', 'sms', '1', String(this.#received)), body.join('\n'));
  }

  log(): Promise<string> {
    return readFile(join(this.#folder, 'log'), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
    await this.#database[Symbol.asyncDispose]();
  }
}

let daemon: Daemon;
let place: TransportPlace;
let stack: AsyncDisposableStack;

const start = (config: object = {}) =>
  place.start({ database_url: daemon.url, phone_id: 'p1', poll_interval: 0.2, ...config });

beforeAll(async () => {
  requireProgram(PROGRAM, ['-v'], PROGRAM);
  stack = new AsyncDisposableStack();
  daemon = stack.use(await Daemon.create());
  await daemon.start();
  place = stack.use(await openTransportPlace('gammu'));
}, 180_000);

afterAll(() => stack.disposeAsync());

const message = (content: string): UserMessage =>
  createUserMessage({ to_addr: U, from_addr: '8000', content, transport_name: 'gammu_a' });

const eventsOf = ({ message_id: id }: UserMessage) =>
  place.events.filter(({ user_message_id }) => user_message_id === id);

/** As the phone's network reports what became of a message; the daemon writes this when it reads a status report. */
const report = (sent: UserMessage, status: string): Promise<void> =>
  runSql(daemon.url, `update sentitems set "Status" = '${status}' where "CreatorID" = '${sent.message_id}'`);

describe('a phone behind gammu-smsd', () => {
  it('sends, is asked to report, and each state is told once', async () => {
    await using _transport = await start();
    const sent = message('Héllo €');
    await place.send(sent);
    expect(eventsOf(sent)).toMatchObject([{ event_type: 'ack', sent_message_id: REFERENCE }]);
    const rows = await readSql(daemon.url, 'select "TextDecoded", "SenderID" from sentitems');
    expect(rows).toEqual([{ TextDecoded: 'Héllo €', SenderID: 'p1' }]);
    for (const status of ['DeliveryPending', 'DeliveryOK', 'DeliveryFailed']) {
      const before = eventsOf(sent).length;
      await report(sent, status);
      if (status !== 'DeliveryFailed')
        await eventually(
          () => eventsOf(sent).length,
          (count) => count > before,
        );
    }
    // What comes later is told later: the report after the final one is not.
    const next = message('next');
    await place.send(next);
    await report(next, 'DeliveryOK');
    await eventually(
      () => eventsOf(next).length,
      (count) => count === 2,
    );
    expect(eventsOf(sent).map((event) => 'delivery_status' in event && event.delivery_status)).toEqual([
      false,
      'pending',
      'delivered',
    ]);
  });

  it.each([
    ['300 letters', 'a'.repeat(300), 2],
    ['100 letters of another alphabet', 'ж'.repeat(100), 2],
  ])('sends %s in parts that are joined, with one ack', async (_label, content, parts) => {
    await using _transport = await start();
    const sent = message(content);
    await place.send(sent);
    expect(eventsOf(sent)).toMatchObject([
      { event_type: 'ack', sent_message_id: Array.from({ length: parts }, () => REFERENCE).join(',') },
    ]);
    const rows = await readSql<{ UDH: string; TextDecoded: string }>(
      daemon.url,
      `select "UDH", "TextDecoded" from sentitems where "CreatorID" = '${sent.message_id}' order by "SequencePosition"`,
    );
    expect(rows.map(({ UDH }) => UDH.slice(-2))).toEqual(['01', '02']);
    expect(rows.map(({ TextDecoded }) => TextDecoded).join('')).toBe(content);
  });

  it('receives', async () => {
    await using _transport = await start({ phone_number: '8000' });
    const before = place.inbound.length;
    await daemon.receive('привет');
    const [got] = await eventually(
      () => place.inbound.slice(before),
      ({ length }) => length === 1,
      60_000,
    );
    expect(got).toMatchObject({ from_addr: U, to_addr: '8000', content: 'привет', transport_type: 'sms' });
    const rows = await eventually(
      () => readSql(daemon.url, 'select 1 from inbox where not "Processed"'),
      ({ length }) => length === 0,
    );
    expect(rows).toEqual([]);
  });

  it('refuses receivers that are none', async () => {
    await using _transport = await start();
    const sent = { ...message('hi'), to_addr: 'BANK' };
    await place.send(sent);
    expect(eventsOf(sent)).toMatchObject([{ event_type: 'nack', nack_reason: 'Invalid to_addr: BANK' }]);
  });

  it('sends a message once though the transport is killed with it in hand', async () => {
    await daemon.stop();
    const sent = message('once');
    const first = await start({ phone_timeout: 0 });
    const sending = place.send(sent);
    const inOutbox = () =>
      readSql(daemon.url, `select 1 from outbox where "CreatorID" = '${sent.message_id}'`);
    await eventually(inOutbox, ({ length }) => length === 1);
    await first[Symbol.asyncDispose]();
    await expect(sending).rejects.toMatchObject({ code: 'transport.not_connected' });
    await using _second = await start({ phone_timeout: 0 });
    const again = place.send(sent);
    await daemon.start();
    await again;
    const rows = await readSql(
      daemon.url,
      `select 1 from sentitems where "CreatorID" = '${sent.message_id}'`,
    );
    expect([rows.length, eventsOf(sent).map(({ event_type }) => event_type)]).toEqual([1, ['ack']]);
  });

  it('that is away is waited for, and what it has not begun to send can be taken back', async () => {
    await daemon.stop();
    await using transport = await start({ phone_timeout: 0 });
    const sent = message('not any more');
    const sending = place.send(sent);
    await eventually(
      () => readSql(daemon.url, `select 1 from outbox where "CreatorID" = '${sent.message_id}'`),
      ({ length }) => length === 1,
    );
    expect(await transport.cancel?.(sent.message_id)).toBe(true);
    await sending;
    expect(eventsOf(sent)).toMatchObject([
      { event_type: 'nack', transport_metadata: { outcome: 'cancelled' } },
    ]);
    await using strict = await start({ phone_timeout: 4 });
    await eventually(
      () => strict.status().type,
      (type) => type === 'phone_away',
    );
    await daemon.start();
    await eventually(
      () => strict.status().status,
      (status) => status === 'ok',
      60_000,
    );
  });
});
