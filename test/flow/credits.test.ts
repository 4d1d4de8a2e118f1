import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type Answer, type TestPlatform } from '../platform.ts';
import { SmppClient } from '../smpp-client.ts';
import { SmscPeer } from '../smsc-peer.ts';

/** Of the range that SMPP v3.4 leaves to vendors: docs/credits.md. */
const NO_CREDIT = 0x402;
/** Answers each message, and keeps what became of it. */
const WORKER = `import { defineApp } from '@vumi/sdk';

export default defineApp({
  async onMessage(message, app) {
    await message.reply('answer to ' + message.content);
  },
  async onEvent(event, app) {
    if (event.event_type === 'nack') await app.state.set('nacked', event.nack_reason);
  },
});
`;

let peer: SmscPeer;
let world: TestPlatform;
let smppPort: number;
let accounts = 0;

beforeAll(async () => {
  peer = await SmscPeer.start();
  world = await startTestPlatform({ smpp_server: { port: 0 } });
  smppPort = world.platform.smpp?.port ?? 0;
  await world.client.must('PUT', '/transports/peer', {
    type: 'smpp',
    config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
  });
  await eventually(() => peer.isBound, Boolean);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});

interface Figures {
  readonly name: string;
  readonly gauges: Readonly<Record<string, number>>;
}

/** An account of a number of its own, with so many credits. */
async function newAccount(credits: number, billing: object = {}) {
  const { client } = world;
  accounts += 1;
  const [account, number] = [`acct${accounts}`, `800${accounts}`];
  await client.must('POST', '/accounts', { name: account });
  await client.must('PATCH', `/accounts/${account}`, { billing: { mode: 'enforced', ...billing } });
  if (credits !== 0)
    await client.must('POST', `/accounts/${account}/credits`, { amount: credits, reason: 'test' });
  await client.must('PUT', `/accounts/${account}/apps/answers`, zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', `/accounts/${account}/routes/own`, {
    app: 'answers',
    transport: 'peer',
    to_addr: number,
  });
  const base = `/accounts/${account}`;
  return {
    account,
    number,
    send: (content = 'hi', headers: Record<string, string> = {}): Promise<Answer> =>
      client.call('POST', `${base}/messages`, { to_addr: '+27761234567', content, app: 'answers' }, headers),
    balance: async (): Promise<string> =>
      String((await client.must('GET', `${base}/credits/balance`)).balance),
    get: (path: string) => client.must('GET', `${base}${path}`),
    sent: () => peer.submitted.filter(({ from }) => from === number),
  };
}

describe('credit', () => {
  it('is spent to the last by HTTP, SMPP and apps at once, and whoever is refused hears it', async () => {
    const shop = await newAccount(60);
    const { client } = world;
    await client.must('PUT', `/accounts/${shop.account}/smpp-clients/acme`, { password: 'secret' });
    await using smpp = await SmppClient.bound({ port: smppPort });
    const many = Array.from({ length: 40 }, (_, index) => index);
    const [byHttp, bySmpp] = await Promise.all([
      Promise.all(many.map((n) => shop.send(`http ${n}`))),
      Promise.all(
        many.map((n) =>
          smpp.submit({
            source_addr: shop.number,
            destination_addr: '27761234567',
            short_message: `smpp ${n}`,
          }),
        ),
      ),
      Promise.all(many.map((n) => peer.deliver(`2776000${n}`, shop.number, `app ${n}`))),
    ]);
    const refused = byHttp.filter(({ status }) => status !== 202);
    const taken = byHttp.length - refused.length;
    const submitted = bySmpp.filter(({ command_status: status }) => status === 0).length;
    const nacks = async () =>
      (await shop.get('/messages?direction=outbound&status=nack&limit=100')).items as {
        reason: string;
        content: string;
      }[];
    const outcomes = await eventually(
      async () => ({ sent: shop.sent().length, nacked: (await nacks()).length }),
      ({ sent, nacked }) => sent === 60 && nacked === 40 - (60 - taken - submitted),
    );
    expect(outcomes.sent).toBe(60);
    expect(await shop.balance()).toBe('0');
    const reason = `no credit: the message costs 1 and account "${shop.account}" has 0; top it up, then send again`;
    for (const { status, body } of refused) {
      expect({ status, body }).toMatchObject({
        status: 402,
        body: { code: 'credit.insufficient', balance: '0', price: '1', segments: 1, detail: reason },
      });
    }
    for (const { command_status: status } of bySmpp) expect([0, NO_CREDIT]).toContain(status);
    for (const { reason: told, content } of await nacks()) {
      expect(told).toBe(reason);
      expect(content).toMatch(/^answer to app/);
    }
  });

  it('an app hears why, word for word, and its author finds it in the log', async () => {
    const shop = await newAccount(0);
    await peer.deliver('27761234567', shop.number, 'hi');
    const state = await eventually(
      () => world.client.call('GET', `/accounts/${shop.account}/apps/answers/state/nacked`),
      ({ status }) => status === 200,
    );
    const reason = `no credit: the message costs 1 and account "${shop.account}" has 0; top it up, then send again`;
    expect(state.body).toMatchObject({ value: reason });
    const { items } = await shop.get('/apps/answers/logs');
    expect(items).toContainEqual(expect.objectContaining({ text: expect.stringContaining(reason) }));
  });

  it('a request that was refused under a key is sent under it once there is credit, and charged once', async () => {
    const shop = await newAccount(0);
    const key = { 'Idempotency-Key': 'order-1' };
    expect(await shop.send('hi', key)).toMatchObject({ status: 402 });
    await world.client.must('POST', `/accounts/${shop.account}/credits`, { amount: '1.5', reason: 'more' });
    const [first, again] = await Promise.all([shop.send('hi', key), shop.send('hi', key)]);
    expect([first.status, again.status]).toEqual([202, 202]);
    await eventually(
      () => shop.sent(),
      ({ length }) => length > 0,
    );
    expect(await shop.balance()).toBe('0.5');
    expect(shop.sent()).toHaveLength(1);
  });

  it('costs what the closest price says, for the segments that are sent', async () => {
    const shop = await newAccount(100);
    const { client } = world;
    const price = (fields: object) => client.must('POST', '/prices', { transport: 'peer', ...fields });
    await price({ account: shop.account, per_segment: '0.5', prefix: '+2776' });
    await price({ account: shop.account, per_segment: 9, prefix: '27' });
    await price({ account: shop.account, direction: 'inbound', per_message: '0.25' });
    const text = 'Zażółć gęślą jaźń, '.repeat(8);
    const { body } = await shop.send(text);
    await eventually(
      () => shop.sent(),
      ({ length }) => length === 3,
    );
    expect((await shop.get('/credits')).items[0]).toMatchObject({
      kind: 'charge',
      amount: '-1.5',
      balance: '98.5',
      segments: 3,
      per_segment: '0.5',
      message_id: body.message_id,
      transport: 'peer',
      app: 'answers',
      price: expect.any(String),
    });
    await peer.deliver('27761234567', shop.number, 'hi');
    await eventually(shop.balance, (balance) => balance === '97.75');
    const month = new Date().toISOString().slice(0, 7);
    const statement = await shop.get(`/credits/statements/${month}`);
    expect(statement).toMatchObject({ opening: '0', closing: '97.75' });
    const sum = statement.lines.reduce(
      (total: number, { amount }: { amount: string }) => total + Number(amount),
      0,
    );
    expect(sum).toBe(97.75);
    const csv = await client.must('GET', `/accounts/${shop.account}/exports/statement.csv?month=${month}`);
    expect(csv.trim().split(/\r?\n/)).toHaveLength(1 + 1 + statement.lines.length + 1);
    const ledger = await client.must('GET', `/accounts/${shop.account}/exports/credits.csv?kind=charge`);
    expect(ledger.trim().split(/\r?\n/)).toHaveLength(1 + 3);
  });

  it('costs what its route says, and the timeline tells of segments, price and route', async () => {
    const shop = await newAccount(10);
    const { client } = world;
    const price = { account: shop.account, route: 'own' };
    await client.must('POST', '/prices', { ...price, per_segment: '0.4', per_message: '0.1' });
    await client.must('POST', '/prices', { account: shop.account, transport: 'peer', per_segment: 9 });
    expect(await client.call('POST', '/prices', { ...price, transport: 'peer' })).toMatchObject({
      status: 400,
      body: { field: 'route' },
    });
    expect((await client.call('POST', '/prices', { ...price, route: 'none' })).status).toBe(404);
    const { body } = await shop.send('x'.repeat(200));
    expect(await shop.balance()).toBe('9.1');
    const [charge] = (await shop.get('/credits')).items;
    expect(charge).toMatchObject({ route: 'own', segments: 2, amount: '-0.9', per_segment: '0.4' });
    const { entries } = await eventually(
      () => shop.get(`/messages/${body.message_id}/timeline`),
      (timeline) => timeline.entries.some(({ kind }: { kind: string }) => kind === 'credit'),
    );
    expect(entries.find(({ kind }: { kind: string }) => kind === 'credit')).toMatchObject({
      text: 'charged 0.9 credits for 2 segments at 0.4 a segment and 0.1 a message by route "own"',
      details: { segments: 2, per_segment: '0.4', price: charge.price, route: 'own' },
    });
  });

  it('replies go through and are owed where the account wants that; what arrives is never refused', async () => {
    const shop = await newAccount(0, { cutoff: 'let_replies_through' });
    await peer.deliver('27761234567', shop.number, 'hi');
    await eventually(
      () => shop.sent(),
      ({ length }) => length === 1,
    );
    expect(await shop.balance()).toBe('-1');
    expect((await shop.send()).status).toBe(402);
  });

  it('is paid back for what was cancelled before it left', async () => {
    const shop = await newAccount(5);
    await world.client.must('PUT', '/transports/away', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: 1, system_id: 'vumi', password: 'secret' },
    });
    await world.client.must('PUT', `/accounts/${shop.account}/routes/away`, {
      app: 'answers',
      endpoint: 'away',
      transport: 'away',
      to_addr: '9999',
    });
    const body = { to_addr: '+27761234567', content: 'hi', app: 'answers', endpoint: 'away' };
    const { message_id: id } = await world.client.must('POST', `/accounts/${shop.account}/messages`, body);
    expect(await shop.balance()).toBe('4');
    const cancelled = await world.client.must('POST', `/accounts/${shop.account}/messages/${id}/cancel`);
    expect(cancelled.status).toBe('cancelled');
    await eventually(shop.balance, (balance) => balance === '5');
    const { items } = await shop.get('/credits?kind=refund');
    expect(items).toMatchObject([{ message_id: id, amount: '1', reason: 'cancelled' }]);
  });

  it('of an account that is switched off is paid back for all that its transport holds and has not sent', async () => {
    const shop = await newAccount(9);
    const { client } = world;
    await using slow = await SmscPeer.start();
    slow.receipts = false;
    const goOn = Promise.withResolvers<void>();
    slow.answersAfter = goOn.promise;
    await client.must('PUT', '/transports/slow', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: slow.port, system_id: 'vumi', password: 'secret', window: 1 },
    });
    await client.must('PUT', `/accounts/${shop.account}/routes/slow`, {
      app: 'answers',
      endpoint: 'slow',
      transport: 'slow',
      to_addr: '7000',
    });
    const send = () =>
      client.must('POST', `/accounts/${shop.account}/messages`, {
        to_addr: '+27761234567',
        content: 'hi',
        app: 'answers',
        endpoint: 'slow',
      });
    for (let count = 0; count < 5; count += 1) await send();
    // One is at the SMSC; the others are out of their queue, and wait for its answer.
    await eventually(
      async () => (await client.must('GET', '/figures')).transports,
      (all) => all.some(({ name, gauges }: Figures) => name === 'slow' && gauges['waiting'] === 4),
    );
    await client.must('PATCH', `/accounts/${shop.account}`, { active: false });
    goOn.resolve();
    await eventually(shop.balance, (balance) => balance === '8');
    expect(slow.submitted).toHaveLength(1);
    const statuses = async () =>
      (await shop.get('/messages?direction=outbound')).items.map(({ status }: { status: string }) => status);
    const all = await eventually(statuses, (list) => !list.includes('queued'));
    expect(all.toSorted()).toEqual(['ack', ...Array.from({ length: 4 }, () => 'discarded')]);
    await peer.deliver('27761234567', shop.number, 'hi');
    expect((await shop.get('/messages?direction=inbound')).items).toMatchObject([{ status: 'discarded' }]);
    await client.must('PATCH', `/accounts/${shop.account}`, { active: true });
    await send();
    await eventually(
      () => slow.submitted.length,
      (count) => count === 2,
    );
  });

  it.each([
    [{ billing: { mode: 'enforce' } }, 'billing.mode'],
    [{ billing: {} }, 'billing'],
    [{ billing: { warn_below: ['much'] } }, 'billing.warn_below.0'],
    [{ billing: { warn_percent: [0] } }, 'billing.warn_percent.0'],
  ])('bad settings are refused: %j', async (body, field) => {
    const { account } = await newAccount(0);
    expect(await world.client.call('PATCH', `/accounts/${account}`, body)).toMatchObject({
      status: 400,
      body: { field },
    });
  });

  it.each([
    ['POST', '/accounts/acct1/credits', { amount: '1.0000001', reason: 'x' }, 'amount'],
    ['POST', '/accounts/acct1/credits', { amount: 5 }, 'reason'],
    ['POST', '/accounts/acct1/credits', { amount: 0, reason: 'x' }, 'amount'],
    ['GET', '/accounts/acct1/credits/statements/2026-13', undefined, 'month'],
    ['GET', '/accounts/acct1/credits?from=yesterday', undefined, 'from'],
    ['POST', '/prices', { prefix: 'SHOP', per_segment: 1 }, 'prefix'],
  ] as const)('bad input is refused: %s %s', async (...[method, path, body, field]) => {
    expect(await world.client.call(method, path, body)).toMatchObject({ status: 400, body: { field } });
  });
});
