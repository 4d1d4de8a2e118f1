import {
  bodyOf,
  createAck,
  createDeliveryReport,
  createFailure,
  createNack,
  createStatus,
  createUserMessage,
  parseUserMessage,
  reply,
  replyGroup,
  send,
} from '@vumi/core';
import { describe, expect, test } from 'vitest';
import { GOLDENS } from './vumi-goldens.ts';
import { readAsVumi, writeAsVumi } from './vumi-json.ts';

const GOLDEN = GOLDENS['a user message'].json;

describe("Vumi's JSON (spec vumi-core §1)", () => {
  const goldens = Object.entries(GOLDENS);

  test.each(goldens)('%s of a Python Vumi is read and goes on as it came', (_label, { read, json }) => {
    const body = writeAsVumi(json);
    expect(read(body)).toEqual(json);
    expect(bodyOf(read(body))).toBe(body);
  });

  test.each(goldens)('%s with a field that nobody knows keeps it', (_label, { read, json }) => {
    const more = { ...json, __cache__: { seen: 1 }, campaign: 'f\u00e4te \u{1F600}' };
    expect(read(writeAsVumi(more))).toEqual(more);
    expect(JSON.parse(bodyOf({ ...read(writeAsVumi(more)) }))).toEqual(more);
  });

  const user = createUserMessage({ from_addr: '+27761234567', to_addr: '12345', content: 'hi' });
  const fields = { user_message_id: user.message_id, transport_name: 'smsc' };
  const ours: readonly [string, object][] = [
    ['a user message', user],
    ['a reply', reply(user, 'na\u00efve')],
    ['a reply to a group', replyGroup({ ...user, group: '#vumi' }, 'hello all')],
    ['a message that answers nothing', send('+27761234567', 'news')],
    ['an ack', createAck(fields, 's1')],
    ['a nack', createNack(fields, 'no way')],
    ['a delivery report', createDeliveryReport(fields, 'pending')],
    ['a failure', createFailure(user, 'Traceback \u2026', 'permanent')],
    ['a status', createStatus({ component: 'smpp', status: 'down', type: 'unbound', message: 'Not bound' })],
  ];
  test.each(ours)('a Python Vumi takes %s of ours', (_label, message) => {
    expect(readAsVumi(bodyOf(message))).toEqual(message);
  });

  test('text that is not ASCII may be escaped or not', () => {
    const content = 'na\u00efve \u{1F600} \u0000';
    const message = { ...GOLDEN, content };
    expect(parseUserMessage(writeAsVumi(message)).content).toBe(content);
    expect(parseUserMessage(JSON.stringify(message)).content).toBe(content);
  });

  test('a timestamp may come without its fraction', () => {
    const message = parseUserMessage(writeAsVumi({ ...GOLDEN, timestamp: '2012-04-16 09:30:00' }));
    expect(message.timestamp).toBe('2012-04-16 09:30:00');
  });

  test.each([
    'message_version',
    'timestamp',
    'to_addr',
    'from_addr',
    'in_reply_to',
    'content',
    'session_event',
  ])('a user message without %s is refused by that name', (field) => {
    const { [field as keyof typeof GOLDEN]: _, ...rest } = GOLDEN;
    expect(() => parseUserMessage(writeAsVumi(rest))).toThrow(
      expect.objectContaining({ code: 'message.missing_field', field }),
    );
  });

  test('reading a message of 0.4 adds what later versions have', () => {
    const { group: _, provider: _p, routing_metadata: _r, helper_metadata: _h, ...old } = GOLDEN;
    expect(parseUserMessage(writeAsVumi(old))).toMatchObject({
      group: null,
      provider: null,
      routing_metadata: {},
      helper_metadata: {},
    });
  });
});

describe('what re-implementers miss (spec vumi-core §9)', () => {
  test('36: tags of any alphabet, and whose they are, come through both ways', () => {
    const tag = { tag: { tag: ['p\u00f8\u00f8l \u4e2d', '\u0442\u0435\u0433'] }, owner: '\u{1F600}' };
    const read = parseUserMessage(writeAsVumi({ ...GOLDEN, helper_metadata: tag }));
    expect(read.helper_metadata).toEqual(tag);
    expect(readAsVumi(bodyOf(reply(read, 'ok')))['helper_metadata']).toEqual(tag);
  });

  test('37: what looks like a timestamp stays a text wherever it is', () => {
    const text = '2012-04-16 09:30:00.000000';
    const message = { ...GOLDEN, content: text, helper_metadata: { at: text, list: [text] } };
    expect(parseUserMessage(writeAsVumi(message))).toEqual(message);
  });
});
