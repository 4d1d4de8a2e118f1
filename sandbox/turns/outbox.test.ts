import { createFailure, createUserMessage } from '@vumi/core';
import { expect, test } from 'vitest';
import { decodeOutbox, encodeOutbox, type Outbox } from './outbox.ts';

const message = createUserMessage({
  to_addr: '+27761234567',
  from_addr: '12345',
  content: 'hi',
  transport_name: 'smsc',
  transport_type: 'sms',
});
const store = { marker: 'done/1', account: 'clinic', app: 'hello', effects: [] };

const cases: [string, Outbox][] = [
  ['nothing', { messages: [] }],
  ['messages', { messages: [message, { ...message, message_id: 'other' }] }],
  ['effects in the store', { messages: [message], store }],
  ['a failure', { messages: [message], failure: createFailure(message, 'it threw', 'permanent') }],
];

test.each(cases)('an outbox with %s is read as it was committed', (_label, outbox) => {
  expect(decodeOutbox(encodeOutbox(outbox))).toEqual(outbox);
});
