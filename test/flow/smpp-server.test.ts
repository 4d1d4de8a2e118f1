import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, startTestPlatform, type TestPlatform } from '../platform.ts';
import { SmppClient } from '../smpp-client.ts';
import { SmscPeer } from '../smsc-peer.ts';

const PHONE = '27761234567';
const ESME_RTHROTTLED = 0x58;

let peer: SmscPeer;
let world: TestPlatform;
let port: number;

const setClient = (settings: object = {}) =>
  world.client.must('PUT', '/accounts/shop/smpp-clients/acme', { password: 'secret', ...settings });
const message = (id: unknown) => world.client.must('GET', `/accounts/shop/messages/${String(id)}`);
const submittedTexts = () => peer.submitted.map(({ text }) => text);

beforeAll(async () => {
  peer = await SmscPeer.start();
  world = await startTestPlatform({ smpp_server: { port: 0 } });
  port = world.platform.smpp?.port ?? 0;
  const { client } = world;
  await client.must('POST', '/accounts', { name: 'shop' });
  await client.must('PUT', '/transports/peer', {
    type: 'smpp',
    config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
  });
  await setClient();
  await client.must('PUT', '/accounts/shop/routes/acme', {
    smpp_client: 'acme',
    transport: 'peer',
    to_addr: '8000',
  });
  await eventually(() => peer.isBound, Boolean);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await setClient({ source_addrs: ['Shop'] });
});

describe('an SMPP client of another make', () => {
  let client: SmppClient;

  beforeEach(async () => {
    client = await SmppClient.bound({ port });
    peer.submitted.length = 0;
  });

  afterEach(async () => {
    await client[Symbol.asyncDispose]();
  });

  it('submits a message as over HTTP, and gets the receipt that it asked for', async () => {
    const answer = await client.submit({
      source_addr: '8000',
      destination_addr: PHONE,
      short_message: 'Your parcel is here',
      registered_delivery: 1,
    });
    expect(answer.command_status).toBe(0);
    const id = String(answer['message_id']);
    expect(await message(id)).toMatchObject({ direction: 'outbound', account: 'shop', from_addr: '8000' });
    const [receipt] = await eventually(
      () => client.receipts,
      ({ length }) => length === 1,
    );
    expect(receipt).toMatch(
      new RegExp(
        `^id:${id} sub:001 dlvrd:001 submit date:\\d{10} done date:\\d{10} stat:DELIVRD err:000 text:Your parcel is here`,
      ),
    );
    const { pdu, from, to, esmClass } = client.delivered[0] ?? {};
    expect({ from, to, esmClass }).toEqual({ from: PHONE, to: '8000', esmClass: 4 });
    expect(pdu).toMatchObject({ receipted_message_id: id, message_state: 2 });
    expect(peer.submitted).toMatchObject([{ from: '8000', to: PHONE, text: 'Your parcel is here' }]);
    const last = await eventually(
      () => message(id),
      ({ status }) => status === 'delivered',
    );
    expect(last).toMatchObject({ content: 'Your parcel is here' });
  });

  it('gets no receipt that it did not ask for, and asks by query_sm', async () => {
    const answer = await client.submit({
      source_addr: '8000',
      destination_addr: PHONE,
      short_message: 'quiet',
    });
    const id = answer['message_id'];
    await eventually(
      () => message(id),
      ({ status }) => status === 'delivered',
    );
    expect(client.delivered).toEqual([]);
    expect(await client.ask('query_sm', { message_id: id, source_addr: '8000' })).toMatchObject({
      command_status: 0,
      message_id: id,
      message_state: 2,
    });
    expect(await client.ask('query_sm', { message_id: id, source_addr: '9' })).toMatchObject({
      command_status: 0x67,
    });
    expect(await client.ask('query_sm', { message_id: 'ff', source_addr: '' })).toMatchObject({
      command_status: 0x0c,
    });
    expect(await client.ask('cancel_sm', { message_id: id })).toMatchObject({ command_status: 0x11 });
    expect(await client.ask('cancel_sm', { message_id: 'ff' })).toMatchObject({ command_status: 0x0c });
    const late = await world.client.call('POST', `/accounts/shop/messages/${String(id)}/cancel`);
    expect(late).toMatchObject({ status: 409, body: { code: 'message.too_late' } });
  });

  it('sends a long message in parts that arrive as one, with a receipt for each', async () => {
    const text = 'Parts are joined before they are sent. '.repeat(6);
    const cut = [text.slice(0, 100), text.slice(100, 200), text.slice(200)];
    const answers = await Promise.all(
      [2, 0, 1].map((index) =>
        client.submit({
          source_addr: 'Shop',
          destination_addr: PHONE,
          esm_class: 0x40,
          registered_delivery: 1,
          data_coding: 0,
          short_message: Buffer.concat([
            Buffer.from([5, 0, 3, 77, 3, index + 1]),
            Buffer.from(cut[index] ?? '', 'latin1'),
          ]),
        }),
      ),
    );
    expect(answers.map(({ command_status: status }) => status)).toEqual([0, 0, 0]);
    const ids = answers.map((answer) => String(answer['message_id']));
    expect(new Set(ids).size).toBe(3);
    const receipts = await eventually(
      () => client.receipts,
      ({ length }) => length === 3,
    );
    expect(new Set(receipts.map((receipt) => /^id:(\w+)/.exec(receipt)?.[1]))).toEqual(new Set(ids));
    expect(await message(ids[1])).toMatchObject({ content: text, from_addr: 'Shop' });
    for (const id of ids) {
      expect(await client.ask('query_sm', { message_id: id, source_addr: '' })).toMatchObject({
        message_state: 2,
      });
    }
  });

  it('gets what people write to its number, once, and again what it refused for a moment', async () => {
    const answers = [0x64];
    client.answer = () => answers.pop() ?? 0;
    await peer.deliver(PHONE, '8000', 'Where is it?');
    await eventually(
      () => client.messages,
      ({ length }) => length === 1,
    );
    expect(client.messages).toMatchObject([{ from: PHONE, to: '8000', text: 'Where is it?' }]);
    await eventually(
      () => world.client.must('GET', '/accounts/shop/messages?direction=inbound&limit=1'),
      (page) => page.items[0]?.status === 'received',
    );
  });

  it('gets a long message in parts with a header', async () => {
    const text = 'One of our readers writes. '.repeat(10);
    await peer.deliver(PHONE, '8000', text);
    const parts = await eventually(
      () => client.messages,
      (all) => all.map((one) => one.text).join('') === text,
    );
    expect(parts.length).toBe(2);
    expect(parts.every(({ esmClass }) => esmClass === 0x40)).toBe(true);
  });

  it('gets what came while it was away, receipts too', async () => {
    await client[Symbol.asyncDispose]();
    const sender = await SmppClient.bound({ port }, 'bind_transmitter');
    const answer = await sender.submit({
      source_addr: '8000',
      destination_addr: PHONE,
      short_message: 'later',
      registered_delivery: 1,
    });
    await peer.deliver(PHONE, '8000', 'while you were away');
    await eventually(
      () => message(answer['message_id']),
      ({ status }) => status === 'delivered',
    );
    expect(sender.delivered).toEqual([]);
    const receiver = await SmppClient.bound({ port }, 'bind_receiver');
    await eventually(
      () => receiver.delivered,
      ({ length }) => length === 2,
    );
    expect(receiver.messages).toMatchObject([{ text: 'while you were away' }]);
    expect(receiver.receipts[0]).toContain(`id:${String(answer['message_id'])}`);
    await sender[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  it.each([
    ['a sender that is not its own', { source_addr: '9999' }, 0x0a],
    ['no receiver', { destination_addr: '' }, 0x0b],
    ['a name as receiver', { destination_addr: 'nobody' }, 0x0b],
    ['a time to send at', { schedule_delivery_time: '000000010000000R' }, 0x61],
    ['a priority that is none', { priority_flag: 7 }, 0x06],
    [
      'a part whose header nobody can join',
      { esm_class: 0x40, short_message: Buffer.from('0a00030702010a030002106869', 'hex') },
      0x43,
    ],
  ])('is told at once that %s will not do', async (_, fields, status) => {
    const base = { source_addr: '8000', destination_addr: PHONE, short_message: 'x' };
    expect(await client.submit({ ...base, ...fields })).toMatchObject({ command_status: status });
    expect(submittedTexts()).toEqual([]);
  });

  it('sends octets to a port of the phone', async () => {
    const answer = await client.submit({
      source_addr: '8000',
      destination_addr: PHONE,
      data_coding: 4,
      esm_class: 0x40,
      short_message: Buffer.from('060504158a0000aa', 'hex'),
    });
    expect(answer.command_status).toBe(0);
    const [sent] = await eventually(
      () => peer.submitted,
      ({ length }) => length === 1,
    );
    expect(sent).toMatchObject({ dataCoding: 4, esmClass: 0x40, octets: '060504158a0000aa' });
  });

  it('is throttled beyond its window', async () => {
    await setClient({ window: 3 });
    const base = { source_addr: '8000', destination_addr: PHONE, short_message: 'many' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.submit(base)));
    const statuses = answers.map(({ command_status: status }) => status);
    expect(statuses.filter((status) => status === 0).length).toBe(3);
    expect(statuses.filter((status) => status === ESME_RTHROTTLED).length).toBe(5);
  });

  it('is throttled beyond its rate', async () => {
    await setClient({ messages_per_second: 5 });
    const base = { source_addr: '8000', destination_addr: PHONE, short_message: 'fast' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.submit(base)));
    const statuses = answers.map(({ command_status: status }) => status);
    expect(statuses.filter((status) => status === 0).length).toBeLessThanOrEqual(6);
    expect(statuses.filter((status) => status === ESME_RTHROTTLED).length).toBeGreaterThanOrEqual(14);
  });

  it('loses its bind when its account is switched off, and cannot bind until it is on again', async () => {
    await world.client.must('PATCH', '/accounts/shop', { active: false });
    await eventually(() => client.closed, Boolean);
    const refused = await SmppClient.connect({ port });
    expect((await refused.bind()).command_status).toBe(0x0d);
    await eventually(() => refused.closed, Boolean);
    await world.client.must('PATCH', '/accounts/shop', { active: true });
    const again = await SmppClient.bound({ port });
    await again[Symbol.asyncDispose]();
  });
});

describe('a message that waits for its SMSC', () => {
  it('is cancelled over SMPP and HTTP, and not sent when the SMSC comes', async () => {
    const { client: http } = world;
    const gone = await SmscPeer.start();
    const { port: awayPort } = gone;
    await gone[Symbol.asyncDispose]();
    await http.must('PUT', '/transports/away', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: awayPort, system_id: 'vumi', password: 'secret' },
    });
    await http.must('PUT', '/accounts/shop/routes/away', {
      smpp_client: 'acme',
      transport: 'away',
      to_addr: '8001',
    });
    const client = await SmppClient.bound({ port });
    const submit = (text: string) =>
      eventually(
        () =>
          client.submit({
            source_addr: '8001',
            destination_addr: PHONE,
            short_message: text,
            registered_delivery: 1,
          }),
        // A test before this one may have used up the rate.
        ({ command_status: status }) => status !== ESME_RTHROTTLED,
      );
    const [first, second, third] = [await submit('one'), await submit('two'), await submit('three')];
    expect([first, second, third]).toMatchObject([
      { command_status: 0 },
      { command_status: 0 },
      { command_status: 0 },
    ]);
    const id = String(first['message_id']);
    await eventually(
      () => message(id),
      ({ status }) => status === 'queued',
    );
    expect(await client.ask('cancel_sm', { message_id: id, source_addr: '8001' })).toMatchObject({
      command_status: 0,
    });
    const receipts = await eventually(
      () => client.receipts,
      ({ length }) => length === 1,
    );
    expect(receipts[0]).toContain('stat:DELETED');
    const other = String(second['message_id']);
    await eventually(
      () => message(other),
      ({ status }) => status === 'queued',
    );
    const cancelled = await http.must('POST', `/accounts/shop/messages/${other}/cancel`);
    expect(cancelled).toMatchObject({ message_id: other, status: 'cancelled' });
    expect(await http.must('POST', `/accounts/shop/messages/${other}/cancel`)).toMatchObject({
      status: 'cancelled',
    });
    await using back = await SmscPeer.start({ port: awayPort });
    const kept = String(third['message_id']);
    await eventually(
      () => message(kept),
      ({ status }) => status === 'delivered',
    );
    await eventually(
      () => message(id),
      ({ status }) => status === 'cancelled',
    );
    expect(back.submitted.map(({ text }) => text)).toEqual(['three']);
    expect(await client.ask('query_sm', { message_id: id, source_addr: '8001' })).toMatchObject({
      message_state: 4,
    });
    await client[Symbol.asyncDispose]();
    await http.must('DELETE', '/transports/away?force=true');
  });
});

describe('a bind', () => {
  it.each([
    ['an unknown system_id', { systemId: 'nobody' }, 0x0f],
    ['a wrong password', { password: 'wrong' }, 0x0e],
    ['the name in another case', { systemId: 'ACME' }, 0x0f],
  ])('with %s is refused and closed', async (_, credentials, status) => {
    const client = await SmppClient.connect({ port, ...credentials });
    expect((await client.bind()).command_status).toBe(status);
    await eventually(() => client.closed, Boolean);
  });

  it('takes a password that is longer than SMPP has room for, whole', async () => {
    await setClient({ password: 'secret-of-12' });
    const cut = await SmppClient.connect({ port, password: 'secret-o' });
    expect((await cut.bind()).command_status).toBe(0x0e);
    const whole = await SmppClient.bound({ port, password: 'secret-of-12' });
    await whole[Symbol.asyncDispose]();
  });

  it('is refused in a mode or from an address that the operator does not allow', async () => {
    await setClient({ modes: ['receiver'] });
    const sender = await SmppClient.connect({ port });
    expect((await sender.bind('bind_transmitter')).command_status).toBe(0x0d);
    await setClient({ allowed_ips: ['10.0.0.0/8'] });
    const stranger = await SmppClient.connect({ port });
    expect((await stranger.bind()).command_status).toBe(0x0d);
    await setClient({ allowed_ips: ['127.0.0.0/8'] });
    const known = await SmppClient.bound({ port });
    await known[Symbol.asyncDispose]();
  });

  it('beyond the number of binds is refused, and a place that is free is given again', async () => {
    await setClient({ max_binds: 1 });
    const first = await SmppClient.bound({ port });
    const second = await SmppClient.connect({ port });
    expect((await second.bind()).command_status).toBe(0x05);
    first.cut();
    await eventually(
      async () => {
        const next = await SmppClient.connect({ port });
        const { command_status: status } = await next.bind();
        if (status === 0) await next[Symbol.asyncDispose]();
        return status;
      },
      (status) => status === 0,
    );
  });

  it('of a peer of v3.3 gets short ids and no TLVs', async () => {
    await using client = await SmppClient.bound({ port, version: 0x33 });
    const answer = await client.submit({
      source_addr: '8000',
      destination_addr: PHONE,
      short_message: 'old',
      registered_delivery: 1,
    });
    const id = String(answer['message_id']);
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    const [receipt] = await eventually(
      () => client.receipts,
      ({ length }) => length === 1,
    );
    expect(receipt).toContain(`id:${id} `);
    expect(client.delivered[0]?.pdu['receipted_message_id']).toBeUndefined();
    expect(await client.ask('query_sm', { message_id: id, source_addr: '' })).toMatchObject({
      message_state: 2,
    });
  });

  it('ends when its password is changed', async () => {
    const client = await SmppClient.bound({ port });
    await setClient({ password: 'other' });
    await eventually(() => client.closed, Boolean);
  });
});
