import { expect, test } from 'vitest';
import { Runs } from './turn.fixture.ts';

test.each([
  ['messagestore.count_replies', {}, { count: 30 }],
  ['messagestore.count_sent_messages', { conversation_key: null }, { count: 30 }],
  ['messagestore.count_inbound_uniques', { conversation_key: 'other' }, { count: 30 }],
  ['messagestore.count_outbound_uniques', {}, { count: 30 }],
  ['messagestore.inbound_throughput', {}, { throughput: 6 }],
  ['messagestore.outbound_throughput', { sample_time: 60 }, { throughput: 30 }],
])('%s of %j answers %j', async (name, args, reply) => {
  const runs = new Runs();
  runs.records.messages = 30;
  expect(await runs.call(name, args)).toEqual(reply);
});

test('what became of sent messages is told by kind', async () => {
  const runs = new Runs();
  runs.records.messages = 2;
  expect(await runs.call('messagestore.progress_status')).toMatchObject({
    progress_status: { sent: 2, ack: 0, delivery_report_pending: 0 },
  });
});

test('a name that can be no app is refused', async () => {
  const call = new Runs().call('messagestore.count_replies', { conversation_key: 'No App' });
  await expect(call).rejects.toThrow('conversation_key: Invalid conversation_key');
});
