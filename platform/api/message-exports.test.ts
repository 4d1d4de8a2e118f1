import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessageEvent, MessageRow } from '@vumi/store';
import { exportRows } from './message-export.ts';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

const event = (id: string, given: Partial<MessageEvent>): MessageEvent => ({
  event_id: id,
  event_type: 'ack',
  status: 'ack',
  timestamp: '2026-11-22T08:00:01.000Z',
  ...given,
});
const message = (number: number): MessageRow => ({
  message_id: `m${number}`,
  direction: 'outbound',
  account: 'demo',
  app: 'hello',
  transport_name: 'smsc',
  from_addr: '12345',
  to_addr: '+27761234567',
  content: number === 2 ? '=1+1' : 'hello',
  session_event: null,
  group: null,
  in_reply_to: null,
  timestamp: '2026-11-22T08:00:00.000Z',
  status: 'ack',
  reason: null,
  events: [
    event(`a${number}`, { sent_message_id: `s${number}` }),
    event(`d${number}`, { event_type: 'delivery_report', delivery_status: 'delivered', status: 'delivered' }),
  ],
});

let platform: TestPlatform;
const lines = async (path: string): Promise<string[]> => {
  const { status, text } = await platform.call('GET', `/accounts/demo/exports/${path}`);
  expect(status, text).toBe(200);
  return text.split(/\r?\n/).slice(0, -1);
};

beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.store.accounts.create('demo');
  platform.store.rows.messages.push(message(1), message(2), message(3));
});
afterAll(() => platform[Symbol.asyncDispose]());

describe('exports', () => {
  test('with the columns of Vumi', async () => {
    expect(await lines('messages.csv?columns=vumi')).toEqual([
      'timestamp,message_id,to_addr,from_addr,in_reply_to,session_event,content,group',
      '2026-11-22T08:00:00.000Z,m1,+27761234567,12345,,,hello,',
      "2026-11-22T08:00:00.000Z,m2,+27761234567,12345,,,'=1+1,",
      '2026-11-22T08:00:00.000Z,m3,+27761234567,12345,,,hello,',
    ]);
    expect((await lines('events.csv?columns=vumi')).slice(0, 3)).toEqual([
      'timestamp,event_id,status,user_message_id,nack_reason',
      '2026-11-22T08:00:01.000Z,a1,ack,m1,',
      '2026-11-22T08:00:01.000Z,d1,delivery_report.delivered,m1,',
    ]);
    expect(JSON.parse((await lines('events.ndjson?columns=vumi'))[1] ?? '')).toEqual({
      timestamp: '2026-11-22T08:00:01.000Z',
      event_id: 'd1',
      status: 'delivery_report.delivered',
      user_message_id: 'm1',
      nack_reason: null,
    });
  });

  test('of events have their message', async () => {
    const [first] = await lines('events.ndjson');
    expect(JSON.parse(first ?? '')).toMatchObject({
      event_id: 'a1',
      user_message_id: 'm1',
      app: 'hello',
      to_addr: '+27761234567',
    });
    expect(platform.store.queries.at(-1)).toMatchObject({ direction: 'outbound', account: 'demo' });
  });

  test('go on where a client was cut off, without the headings', async () => {
    const whole = await lines('messages.csv');
    expect(await lines('messages.csv?after=m1')).toEqual(whole.slice(2));
    const events = await lines('events.csv');
    expect(await lines('events.csv?after=m1&after_event=a1')).toEqual(events.slice(2));
    expect(await lines('events.csv?after=m1')).toEqual(events.slice(3));
    expect(await lines('messages.ndjson?after=m3')).toEqual([]);
  });

  test.each([
    ['messages.csv?after=nothing', 404],
    ['events.csv?after=m1&after_event=nothing', 404],
    ['messages.csv?columns=some', 400],
    ['events.csv?direction=inbound', 400],
  ])('%s is refused before anything is sent', async (path, expected) => {
    expect((await platform.call('GET', `/accounts/demo/exports/${path}`)).status).toBe(expected);
  });
});

test('no more than two pages are read ahead of a client who does not read', async () => {
  let asked = 0;
  const list = async () => ({ items: [message(++asked)], next_cursor: String(asked) });
  const rows = exportRows({ of: 'messages', format: 'ndjson', columns: 'all' }, list, { cursor: undefined });
  await rows.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(2);
  await rows.next();
  expect(asked).toBe(3);
  await rows.return(undefined);
});
