import { silentLogger, type TransportEvent } from '@vumi/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryPorts } from '../../testing/memory-ports.ts';
import { Deadlines } from '../../sending/deadlines.ts';
import { createStatusMap } from '../inbound/receipt-states.ts';
import { ReceiptBook } from '../../sending/receipts/receipt-book.ts';
import { describeReceipt } from './describe-receipt.ts';
import { ReceiptIds, type ReceiptBase } from './receipt-ids.ts';

const PARKED_MS = 600_000;

let now: number;
let ports: MemoryPorts;
let events: TransportEvent[];

beforeEach(() => {
  now = 1_000_000_000;
  ports = new MemoryPorts();
  events = [];
});

/** A life of a transport, on whatever bind: all of one name share the state. */
function start(name = 'a', base: ReceiptBase | null = null) {
  const common = { state: ports.state, clock: () => now, prefix: `transport/${name}` };
  const deadlines = new Deadlines(common);
  const book = new ReceiptBook({
    ...common,
    ids: new ReceiptIds(base),
    describe: describeReceipt,
    deadlines,
    logger: silentLogger,
    transport: name,
    publishEvent: (event) => Promise.resolve(void events.push(event)),
    statusOf: createStatusMap({}),
    rememberedMs: 1000,
    finalMs: 1000,
    completedMs: 1000,
    parkedMs: PARKED_MS,
  });
  const sweep = () => deadlines.visit(async (due) => void (await book.expire(due)));
  return {
    book,
    sweep,
    sent: (remoteId: string, messageId = remoteId) =>
      book.remember(remoteId, { messageId, part: 0, total: 1 }),
    told: (remoteId: string, state = 'DELIVRD') => book.handle({ remoteId, state, error: null }),
    later: async (ms: number) => {
      now += ms;
      await sweep();
    },
  };
}

const reports = () =>
  events.map((event) => {
    if (event.event_type !== 'delivery_report') throw new Error(`a ${event.event_type}`);
    return `${event.user_message_id} ${event.delivery_status}`;
  });

describe('the states of a message', () => {
  it.each([
    ['the final state stands', ['ENROUTE', 'DELIVRD', 'ENROUTE', 'UNKNOWN'], ['1 pending', '1 delivered']],
    ['a failure stands', ['UNDELIV', 'DELIVRD'], ['1 failed']],
    ['a delivery stands', ['DELIVRD', 'EXPIRED'], ['1 delivered']],
    ['a copy is nothing new', ['ENROUTE', 'ENROUTE', 'DELIVRD', 'DELIVRD'], ['1 pending', '1 delivered']],
  ])('points 50 and 53: %s', async (_, states, expected) => {
    const { sent, told } = start();
    await sent('1');
    for (const state of states) await told('1', state);
    expect(reports()).toEqual(expected);
  });

  it('points 50 and 53: are kept, the late ones too', async () => {
    const { sent, told } = start();
    await sent('1');
    for (const state of ['ENROUTE', 'DELIVRD', 'UNDELIV']) await told('1', state);
    const record = await ports.state.getFields('transport/a/remote/1');
    expect(Object.keys(record)).toEqual([
      'message:1',
      'receipt:1:ENROUTE',
      'receipt:1:DELIVRD',
      'receipt:1:UNDELIV',
    ]);
  });

  it('point 52: that come before the response are told in their order', async () => {
    const { sent, told } = start();
    await told('1', 'ENROUTE');
    now += 1;
    await told('1', 'DELIVRD');
    await sent('1');
    expect(reports()).toEqual(['1 pending', '1 delivered']);
  });
});

describe('a receipt that no message has been found for', () => {
  it('point 53: is stored and counted when no response comes in time', async () => {
    const { book, sweep, told, later } = start();
    await sweep();
    await told('none', 'UNDELIV');
    await later(PARKED_MS - 20_000);
    expect(book.unknown).toBe(0);
    await later(40_000);
    await later(40_000);
    expect(book.unknown).toBe(1);
    expect(ports.state.values.get('transport/a/receipts/unknown')).toBe('1');
    expect(JSON.parse(ports.state.values.get('transport/a/receipts/unknown/1') ?? '')).toMatchObject({
      remoteId: 'none',
      state: 'UNDELIV',
    });
  });

  it('point 53: is counted by the next life of the transport', async () => {
    const first = start();
    await first.sweep();
    await first.told('none');
    const next = start();
    await next.later(PARKED_MS * 2);
    expect(next.book.unknown).toBe(1);
  });

  it('points 52 and 53: finds a response that comes to another bind meanwhile', async () => {
    const [one, other] = [start(), start()];
    await one.sweep();
    await one.told('x1');
    await other.sent('x1');
    await one.later(PARKED_MS * 2);
    expect([reports(), one.book.unknown]).toEqual([['x1 delivered'], 0]);
  });
});

describe('an id of the text beside one in a TLV', () => {
  const receipt = { remoteId: 'b1', otherId: '7', state: 'DELIVRD', error: null };

  it('point 51: is not asked where the other one is known', async () => {
    const { book, sent } = start();
    for (const id of ['7', 'b1']) await sent(id);
    await book.handle(receipt);
    expect(reports()).toEqual(['b1 delivered']);
  });

  it('point 51: is read when no response has come for the other one', async () => {
    const { book, sent, sweep, later } = start();
    await sweep();
    await sent('7');
    await book.handle(receipt);
    expect(reports()).toEqual([]);
    await later(20_000);
    expect(reports()).toEqual(['7 delivered']);
  });
});

describe('an id that may be read in two ways', () => {
  it.each([
    ['0x1F', '1f'],
    ['1f', '0x1F'],
    ['0x0', '0'],
    ['12 34', '1234'],
    ['0x', '0X'],
    ['0xyz', 'xyz'],
  ])('point 51: %j and %j are one', async (response, named) => {
    const { sent, told } = start();
    await sent(response);
    await told(named);
    expect(reports()).toEqual([`${response} delivered`]);
  });

  it('point 51: is read as the message that is known, when its own response has had time to come', async () => {
    const { sent, told, later, sweep } = start();
    await sweep();
    await sent('100');
    await told('256');
    expect(reports()).toEqual([]);
    await later(20_000);
    expect(reports()).toEqual(['100 delivered']);
  });

  it('point 51: waits for its own response first', async () => {
    const { sent, told, later, sweep } = start();
    await sweep();
    await sent('100');
    await told('256');
    await sent('256');
    await later(20_000);
    expect(reports()).toEqual(['256 delivered']);
  });

  it('point 51: is read at once when three others were read so', async () => {
    const { sent, told, later, sweep } = start();
    await sweep();
    for (const id of ['100', '101', '102', '103']) await sent(id);
    for (const id of ['256', '257', '258']) await told(id);
    await later(20_000);
    await told('259');
    expect(reports()).toEqual(['100 delivered', '101 delivered', '102 delivered', '103 delivered']);
  });

  it('point 51: is read as was learned in a former life', async () => {
    const first = start();
    await first.sent('1f');
    await first.told('31');
    const next = start();
    await next.sent('100');
    await next.told('256');
    expect(reports()).toEqual(['1f delivered', '100 delivered']);
  });

  it('point 51: is read as the option says', async () => {
    const { sent, told } = start('a', 'hexadecimal');
    await sent('256');
    await told('100');
    expect(reports()).toEqual(['256 delivered']);
  });

  it('point 51: may be longer than any machine has integers for', async () => {
    const { sent, told } = start();
    await sent('f'.repeat(32));
    await told(String(2n ** 128n - 1n));
    expect(reports()).toEqual([`${'f'.repeat(32)} delivered`]);
  });
});

it('point 54: two SMSCs that give the same id do not meet', async () => {
  const [one, other] = [start('a'), start('b')];
  await one.sent('1', 'of-a');
  await other.sent('1', 'of-b');
  await other.told('1', 'UNDELIV');
  await one.told('1');
  expect(reports()).toEqual(['of-b failed', 'of-a delivered']);
});
