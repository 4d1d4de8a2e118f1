import { sleep } from '@vumi/core';
import { expect, test } from 'vitest';
import { freePort } from '@vumi/machine/testing';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmppClient } from '../smpp-client.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { readSql } from '../contract/store-place.ts';

const CREDITS = 1000;
const SENDERS = { http: 80, smpp: 80, apps: 40 };
/** More than there is credit for. */
const MESSAGES_OF_APP = 15;
const NO_CREDIT = 0x402;
const PHONE = '27761234567';
/** Two segments. */
const LONG = 'The meeting of the water committee is moved to the hall behind the school. '.repeat(3);
const WORKER = `import { defineApp } from '@vumi/sdk';
export default defineApp({ async onMessage(message) { await message.reply('answer to ' + message.content); } });
`;

/** Calls until the answer is what ends it; what a process that was killed does not answer is asked again. */
async function until<T>(act: () => Promise<T>, isEnd: (answer: T) => boolean): Promise<void> {
  for (;;) {
    const answer = await act().catch(() => null);
    if (answer !== null && isEnd(answer)) return;
    if (answer === null) await sleep(100);
  }
}

test('200 senders over HTTP, SMPP and apps, and a process killed among them: of 1,000 credits 1,000 segments are sent', async () => {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await createPlace());
  const peer = stack.use(await SmscPeer.start());
  peer.receipts = false;
  const transports = stack.use(await PlatformProcess.create(place, {}, 'transports'));
  const ports = [await freePort(), await freePort()];
  const doors: PlatformProcess[] = [];
  for (const port of ports) {
    const settings = { smpp_server: { port } };
    doors.push(
      stack.use(await PlatformProcess.create(place, settings, 'api,dispatch,sandbox,smpp', `${port}`)),
    );
  }
  for (const one of [...doors, transports]) await one.start();
  const [kept, killed] = doors;
  if (kept === undefined || killed === undefined) throw new Error('two processes are needed');
  const { client } = kept;
  await client.must('POST', '/accounts', { name: 'shop' });
  await client.must('PATCH', '/accounts/shop', { billing: { mode: 'enforced' } });
  await client.must('PUT', '/transports/peer', {
    type: 'smpp',
    config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
  });
  await client.must('PUT', '/accounts/shop/apps/answers', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/shop/routes/answers', {
    app: 'answers',
    transport: 'peer',
    to_addr: '8000',
  });
  const limits = { password: 'secret', max_binds: 10, window: 100 };
  await client.must('PUT', '/accounts/shop/smpp-clients/acme', limits);
  await eventually(() => peer.isBound, Boolean, 60_000);
  await client.must('POST', '/accounts/shop/credits', { amount: CREDITS, reason: 'the test' });

  const text = (n: number): string => (n % 5 === 0 ? LONG : `message ${n}`);
  const short = (n: number, round: number): string => (round === 0 ? text(n) : `message ${n}`);
  const byHttp = async (n: number): Promise<void> => {
    const door = n % 2 === 0 ? kept : killed;
    let round = 0;
    const body = () => ({ to_addr: `+${PHONE}`, content: short(n, round++), app: 'answers' });
    await until(
      () => door.client.call('POST', '/accounts/shop/messages', body()),
      ({ status }) => status === 402,
    );
  };
  const bound = new Map<number, Promise<SmppClient>>();
  const bind = async (port: number): Promise<SmppClient> => {
    const known = bound.get(port);
    if (known === undefined) {
      const made = SmppClient.bound({ port });
      bound.set(port, made);
      return made;
    }
    const session = await known.catch(() => null);
    if (session !== null && !session.closed) return session;
    if (bound.get(port) === known) bound.delete(port);
    return bind(port);
  };
  const bySmpp = async (n: number): Promise<void> => {
    const port = ports[n % 2] ?? 0;
    await until(
      async () => {
        const session = await bind(port);
        const fields = { source_addr: '8000', destination_addr: PHONE, short_message: `smpp ${n}` };
        const answer = await Promise.race([session.submit(fields), session.gone]);
        if (answer === null) throw new Error('the connection is gone');
        return answer;
      },
      ({ command_status: status }) => status === NO_CREDIT,
    );
  };
  const byApp = async (n: number): Promise<void> => {
    for (let round = 0; round < MESSAGES_OF_APP; round += 1)
      await peer.deliver(`2776${n.toString().padStart(7, '0')}`, '8000', text(n));
  };
  const count = (number: number): number[] => Array.from({ length: number }, (_, index) => index);
  const sending = Promise.all([
    ...count(SENDERS.http).map(byHttp),
    ...count(SENDERS.smpp).map(bySmpp),
    ...count(SENDERS.apps).map(byApp),
  ]);
  await eventually(
    () => peer.submitted.length,
    (sent) => sent > CREDITS / 4,
    120_000,
  );
  await killed.kill('SIGKILL');
  await eventually(
    () => peer.submitted.length,
    (sent) => sent > CREDITS / 3,
    120_000,
  );
  await killed.start();
  await sending;
  for (const session of await Promise.all(bound.values())) session.cut();

  const database = place.env['VUMI_DATABASE_URL'] ?? '';
  const ledger = async () => {
    const [row] = await readSql<{ segments: number; unsent: number; waiting: number }>(
      database,
      `select coalesce(sum(segments), 0)::int as segments,
         (count(*) filter (where not exists (
           select from events where user_message_id = credit_entries.message_id)))::int as unsent,
         (select count(*)::int from credit_outbox) as waiting
       from credit_entries where kind = 'charge'`,
    );
    return row;
  };
  // What the killed process had charged and not sent is sent by another.
  const settled = await eventually(ledger, (row) => row?.unsent === 0 && row.waiting === 0, 120_000);
  expect(settled).toEqual({ segments: CREDITS, unsent: 0, waiting: 0 });
  expect(peer.submitted).toHaveLength(CREDITS);
  expect((await client.must('GET', '/accounts/shop/credits/balance')).balance).toBe('0');
  const doorsUsed = ['message ', 'smpp ', 'answer to '].map((start) =>
    peer.submitted.some(({ text: sent }) => sent.startsWith(start)),
  );
  expect(doorsUsed).toEqual([true, true, true]);
}, 600_000);
