import { expect, test } from 'vitest';
import { SerialQueues } from './serial-queues.ts';

test('tasks of one key wait for each other, also for one that fails; others do not', async () => {
  const queues = new SerialQueues();
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const one = queues.run('a', async () => {
    await first.promise;
    order.push('a1');
    throw new Error('failed');
  });
  const two = queues.run('a', async () => void order.push('a2'));
  await queues.run('b', async () => void order.push('b1'));
  first.resolve();
  await expect(one).rejects.toThrow('failed');
  await two;
  expect(order).toEqual(['b1', 'a1', 'a2']);
});
