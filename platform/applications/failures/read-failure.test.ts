import { createFailure, createUserMessage, stampMessage } from '@vumi/core';
import { describe, expect, it, test } from 'vitest';
import { failureOptionsSchema } from './options.ts';
import { readFailure } from './read-failure.ts';
import { messageAgain } from './replay.ts';
import { nextRetry, retryTime } from './retries.ts';

const options = failureOptionsSchema.parse({});
const NOW = Date.UTC(2026, 10, 29, 12);
const message = createUserMessage({
  from_addr: '+1',
  to_addr: '2',
  transport_name: 'mno',
  transport_type: 'sms',
});
const body = (...args: Parameters<typeof createFailure>): string => JSON.stringify(createFailure(...args));

test.each([
  ['at 0 s', 0, 5],
  ['at 4 s', 4, 5],
  ['at 5 s', 5, 10],
])('a retry that is due %s is made at the next multiple of five (spec §9.10)', (_label, at, expected) => {
  expect(retryTime(at * 1000, 0, 5)).toBe(expected * 1000);
});

test('delays are 1, 3, 9, … seconds up to an hour (spec §9.11)', () => {
  const delays: number[] = [];
  let past = { retries: 0, delay: 0 };
  for (let count = 0; count < 10; count += 1) {
    past = nextRetry(past, options);
    delays.push(past.delay);
  }
  expect(delays).toEqual([1, 3, 9, 27, 81, 243, 729, 2187, 3600, 3600]);
  expect(past.retries).toBe(10);
});

describe('a failure', () => {
  it('that is temporary is tried again with its retries written on it', () => {
    const read = readFailure(body(message, 'no connection', 'temporary'), 'mno', NOW, options);
    expect(read).toMatchObject({
      queue: 'mno.outbound',
      message_id: message.message_id,
      message: { content: null, retry_metadata: { retries: 1, delay: 1 } },
      dueAt: NOW + 5000,
    });
  });

  it.each([
    ['permanent', body(message, 'no', 'permanent')],
    ['of no kind', body(message, 'no')],
    [
      'tried often enough',
      body({ ...message, retry_metadata: { retries: 10, delay: 3600 } }, 'no', 'temporary'),
    ],
    ['of a text', body('no JSON', 'no', 'temporary')],
    ['no failure', '{"some": "JSON"}'],
    ['no JSON', 'text'],
  ])('that is %s is given up', (_label, text) => {
    expect(readFailure(text, 'mno', NOW, options).dueAt).toBeNull();
  });

  it('says by what it was, whose, and where it is tried again', () => {
    const stamped = stampMessage(message, { account: 'clinic', app: 'quiz' });
    const origin = { queue: 'sandbox_0.inbound', error: 'app.threw' } as const;
    expect(
      readFailure(body(stamped, 'Error: no', 'permanent', origin), 'sandbox_0', NOW, options),
    ).toMatchObject({
      account: 'clinic',
      app: 'quiz',
      ...origin,
    });
    const event = { message_type: 'event', event_id: 'e1' };
    expect(readFailure(body(event, 'no'), 'app', NOW, options)).toMatchObject({
      queue: 'app.event',
      message_id: 'e1',
    });
  });

  it('that comes twice is one failure', () => {
    const text = body(message, 'no');
    expect(readFailure(text, 'mno', NOW, options).id).toBe(readFailure(text, 'mno', NOW + 1, options).id);
    expect(readFailure(text, 'other', NOW, options).id).not.toBe(readFailure(text, 'mno', NOW, options).id);
  });
});

describe('what is published again', () => {
  const failure = {
    id: 'f1',
    connector: 'mno',
    message: { ...message, retry_metadata: { retries: 3, delay: 9 } },
  };

  it('is the message itself in a retry', () => {
    const { body: text } = messageAgain({ ...failure, queue: 'mno.outbound', replay: false });
    expect(JSON.parse(text)).toEqual(failure.message);
  });

  it('is another message in a replay of one that went out', () => {
    const { body: text, sent } = messageAgain({ ...failure, queue: 'mno.outbound', replay: true });
    const again = JSON.parse(text) as Record<string, unknown>;
    expect(again).toMatchObject({ replay_of: message.message_id, content: null });
    expect(again['message_id']).not.toBe(message.message_id);
    expect(again).not.toHaveProperty('retry_metadata');
    expect(sent?.message_id).toBe(again['message_id']);
  });

  it('is the same message, marked, in a replay of one that came in', () => {
    const { body: text } = messageAgain({ ...failure, queue: 'sandbox_0.inbound', replay: true });
    expect(JSON.parse(text)).toMatchObject({ message_id: message.message_id, replay_id: 'f1' });
  });
});
