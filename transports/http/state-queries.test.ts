import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import { expect, it } from 'vitest';
import { Deadlines } from '../sending/deadlines.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { StateQueries } from './state-queries.ts';

const MINUTE = 60_000;

it('a message is asked after until its state is final, less and less often, by any life', async () => {
  let now = 1_000_000_000;
  const { state } = new MemoryPorts();
  const asked: number[] = [];
  const told: string[] = [];
  let answer = 'Sent';
  const start = () => {
    const deadlines = new Deadlines({ state, clock: () => now, prefix: 'transport/a' });
    const queries = new StateQueries({
      config: {},
      deadlines,
      lifetimeMs: 600 * MINUTE,
      query: {
        request: (id) => ({ method: 'GET', url: `http://p/${id}` }),
        read: ({ body }, remoteId): ReceiptReading => ({
          kind: 'receipt',
          remoteId,
          status: body.toString() === 'Delivered' ? 'delivered' : 'pending',
        }),
      },
      send: () => {
        asked.push(now);
        return Promise.resolve({ kind: 'answered', status: 200, headers: {}, body: Buffer.from(answer) });
      },
      receive: (receipt) => Promise.resolve(void told.push(receipt.status)),
    });
    return { queries, look: () => deadlines.visit(async (due) => void (await queries.expire(due))) };
  };
  let life = start();
  await life.look();
  await life.queries.begin('a:1');
  for (let minute = 0; minute < 20; minute += 1) {
    if (minute === 10) {
      life = start();
      answer = 'Delivered';
    }
    now += MINUTE;
    await life.look();
  }
  expect(told.at(-1)).toBe('delivered');
  const gaps = asked.map((at, index) => at - (asked[index - 1] ?? at)).slice(1);
  expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
  expect(asked.length).toBeLessThan(8);
});
