import { describe, expect, it } from 'vitest';
import { VumiError } from './errors.ts';
import { createUserMessage, parseUserMessage, reply, replyGroup, send } from './message.ts';
import type { UserMessage } from './wire.ts';

/** The example of the specification (vumi-core §1), to the letter. */
const SPEC_EXAMPLE =
  '{"message_version":"20110921","message_type":"user_message","timestamp":"2012-04-16 09:30:00.000000","message_id":"3f0c7c1d2b8e4a55a2f1d0e9c8b7a695","to_addr":"1234","from_addr":"+27761234567","content":"hi","session_event":null,"in_reply_to":null,"group":null,"provider":null,"to_addr_type":null,"from_addr_type":null,"transport_name":"smpp_transport","transport_type":"sms","transport_metadata":{},"routing_metadata":{"endpoint_name":"default"},"helper_metadata":{"tag":{"tag":["pool","t1"]}}}';

const inbound = (fields: Partial<UserMessage> = {}): UserMessage => ({
  ...parseUserMessage(SPEC_EXAMPLE),
  ...fields,
});

function errorOf(json: string): VumiError {
  try {
    parseUserMessage(json);
  } catch (error) {
    if (error instanceof VumiError) return error;
  }
  throw new Error('it parsed');
}

const without = (...fields: string[]): string => {
  const all = Object.entries(JSON.parse(SPEC_EXAMPLE) as object);
  return JSON.stringify(Object.fromEntries(all.filter(([field]) => !fields.includes(field))));
};

const changed = (field: string, value: unknown): string =>
  JSON.stringify({ ...(JSON.parse(SPEC_EXAMPLE) as object), [field]: value });

describe('a user message off the wire', () => {
  it('survives a round trip unchanged, unknown fields too', () => {
    const json = changed('__cache__', { anything: [1] });
    expect(JSON.parse(JSON.stringify(parseUserMessage(json)))).toEqual(JSON.parse(json));
  });

  it('back-fills group, provider, helper_metadata and routing_metadata when they are absent', () => {
    const json = without('group', 'provider', 'helper_metadata', 'routing_metadata');
    expect(parseUserMessage(json)).toMatchObject({
      group: null,
      provider: null,
      helper_metadata: {},
      routing_metadata: {},
    });
  });

  it('keeps a text that looks like a date as a text', () => {
    const message = parseUserMessage(changed('content', '2012-04-16 09:30:00.000000'));
    expect(message.content).toBe('2012-04-16 09:30:00.000000');
  });

  it('accepts a timestamp without a fraction', () => {
    expect(parseUserMessage(changed('timestamp', '2012-04-16 09:30:00')).timestamp).toBe(
      '2012-04-16 09:30:00',
    );
  });

  it.each([
    'message_version',
    'message_type',
    'timestamp',
    'message_id',
    'to_addr',
    'from_addr',
    'in_reply_to',
  ])('is refused without %s, and the error names the field', (field) => {
    expect(errorOf(without(field))).toMatchObject({ code: 'message.missing_field', field });
  });

  it.each([
    ['message_version', '20990101'],
    ['timestamp', 'yesterday'],
    ['session_event', 'paused'],
    ['transport_metadata', 'text'],
    ['content', 7],
  ])('is refused with a wrong %s, and the error names the field', (field, value) => {
    expect(errorOf(changed(field, value))).toMatchObject({ code: 'message.invalid_field', field });
  });

  it.each([
    ['no JSON at all', 'hello', 'message.not_json'],
    ['a list', '[]', 'message.invalid_field'],
    ['null', 'null', 'message.invalid_field'],
  ])('is refused when it is %s', (_what, json, code) => {
    expect(errorOf(json).code).toBe(code);
  });
});

describe('reply', () => {
  it('goes back to the sender with the transport, provider, group and helper metadata of its message', () => {
    const message = inbound({ group: '#clinic', provider: 'mtn', transport_metadata: { session: 'x' } });
    expect(reply(message, 'hello')).toMatchObject({
      to_addr: '+27761234567',
      from_addr: '1234',
      in_reply_to: message.message_id,
      content: 'hello',
      session_event: null,
      group: '#clinic',
      provider: 'mtn',
      transport_name: 'smpp_transport',
      transport_type: 'sms',
      transport_metadata: { session: 'x' },
      helper_metadata: { tag: { tag: ['pool', 't1'] } },
      routing_metadata: { endpoint_name: 'default' },
    });
  });

  it('closes the session when told not to continue', () => {
    expect(reply(inbound(), 'bye', { continueSession: false }).session_event).toBe('close');
  });

  it('lets an explicit session_event win', () => {
    const answer = reply(inbound(), 'go on', { continueSession: false, fields: { session_event: 'resume' } });
    expect(answer.session_event).toBe('resume');
  });

  it.each([
    'to_addr',
    'from_addr',
    'group',
    'in_reply_to',
    'provider',
    'transport_name',
    'transport_type',
  ] as const)('refuses to set %s', (field) => {
    expect(() => reply(inbound(), 'x', { fields: { [field]: 'other' } })).toThrow(
      expect.objectContaining({ code: 'message.protected_field', field }),
    );
  });

  it('to a group has no to_addr, and without a group is an ordinary reply', () => {
    expect(replyGroup(inbound({ group: '#clinic' }), 'all').to_addr).toBeNull();
    expect(replyGroup(inbound(), 'one').to_addr).toBe('+27761234567');
  });
});

describe('send', () => {
  it('leaves transport and sender to the dispatcher', () => {
    expect(send('+27761234567', 'news')).toMatchObject({
      to_addr: '+27761234567',
      from_addr: null,
      transport_name: null,
      transport_type: null,
      in_reply_to: null,
      session_event: null,
    });
  });
});

describe('createUserMessage', () => {
  it('makes a message that parses, with an id of 32 hex digits', () => {
    const message = createUserMessage({ to_addr: '1', from_addr: null });
    expect(parseUserMessage(JSON.stringify(message))).toEqual(message);
    expect(message.message_id).toMatch(/^[0-9a-f]{32}$/);
  });
});
