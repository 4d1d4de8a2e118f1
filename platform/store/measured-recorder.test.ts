import { createAck, createDeliveryReport, createUserMessage } from '@vumi/core';
import { messageMeasures } from '@vumi/measures';
import { expect, test } from 'vitest';
import { measuredRecorder } from './measured-recorder.ts';

const none = async (): Promise<void> => {};

function countsOf(account: string): Record<string, number> {
  const all = [...messageMeasures.messages.counts(), ...messageMeasures.events.counts()];
  const own = all.filter(([[of]]) => of === account);
  return Object.fromEntries(own.map(([[, ...labels], count]) => [labels.join(' '), count]));
}

test('messages count for their owner, and so do events of messages that are remembered', async () => {
  const recorder = measuredRecorder({ inbound: none, outbound: none, event: none });
  const owner = { account: 'measured', app: 'quiz' };
  const message = createUserMessage({
    to_addr: '1',
    from_addr: '2',
    content: 'x',
    transport_name: 'mno',
    transport_type: 'sms',
  });
  const about = { user_message_id: message.message_id, transport_name: 'mno' };
  await recorder.inbound(message, owner, 'received');
  await recorder.outbound(message, owner, 'queued');
  await recorder.event(createAck(about, '1'));
  await recorder.event(createDeliveryReport(about, 'delivered'));
  await recorder.event(createAck({ ...about, user_message_id: 'of long ago' }, '2'));
  expect(countsOf('measured')).toEqual({
    'quiz inbound received': 1,
    'quiz outbound queued': 1,
    'quiz ack': 1,
    'quiz delivered': 1,
  });
  expect(countsOf('')[' ack']).toBeGreaterThan(0);
});

test('what could not be written does not count', async () => {
  const fails = async (): Promise<never> => {
    throw new Error('Postgres is away');
  };
  const recorder = measuredRecorder({ inbound: fails, outbound: fails, event: fails });
  const message = createUserMessage({
    to_addr: '1',
    from_addr: '2',
    content: 'x',
    transport_name: 'mno',
    transport_type: 'sms',
  });
  await expect(recorder.inbound(message, { account: 'lost', app: 'quiz' }, 'received')).rejects.toThrow();
  expect(countsOf('lost')).toEqual({});
});
