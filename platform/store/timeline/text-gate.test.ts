import { silentLogger, VumiError, type NetworkExchange } from '@vumi/core';
import { expect, test } from 'vitest';
import { TextGate } from './text-gate.ts';

const EVERY_MS = 1;

function exchange(message_id: string, more: Partial<NetworkExchange> = {}): NetworkExchange {
  return {
    message_id,
    transport: 'api',
    at: 0,
    failed: false,
    typed: 'message',
    describe: () => ({
      protocol: 'http',
      direction: 'received',
      request: { method: 'POST', body: { from: '27761234567', text: '84213' } },
      answer: null,
    }),
    ...more,
  };
}

/** A gate before a database with these messages, and what it lets through: ids, with a star where the text is not told. */
function openGate(recorded: Map<string, boolean>) {
  const written: string[] = [];
  let asked = 0;
  let isAway = false;
  const gate = new TextGate({
    database: {
      query: async (_text: string, [ids]: readonly unknown[]) => {
        asked += 1;
        if (isAway) throw new VumiError('store.unavailable', 'away');
        const found = (ids as string[]).filter((id) => recorded.has(id));
        return found.map((id) => ({ id, secret: recorded.get(id) })) as never;
      },
    },
    write: (one) => {
      const told = JSON.stringify(one.describe()).includes('84213');
      written.push(`${one.message_id}${told ? '' : '*'}`);
    },
    logger: silentLogger,
    everyMs: EVERY_MS,
  });
  return {
    gate,
    written,
    asked: () => asked,
    away: (is: boolean) => {
      isAway = is;
    },
  };
}

const wait = (written: readonly string[], count: number) =>
  expect.poll(() => written.length, { timeout: 30_000 }).toBe(count);

test('what was typed is written when its message is recorded, and no secret answer ever', async () => {
  const recorded = new Map([['secret', true]]);
  const { gate, written } = openGate(recorded);
  gate.take(exchange('plain'));
  gate.take(exchange('secret'));
  await wait(written, 1);
  expect(written).toEqual(['secret*']);
  recorded.set('plain', false);
  await wait(written, 2);
  expect(written).toEqual(['secret*', 'plain']);
  await gate[Symbol.asyncDispose]();
});

test('what is no text of a user waits for nothing; what was refused, or tells all of a session, is written without it', () => {
  const { gate, written } = openGate(new Map());
  const { typed: _typed, ...sent } = exchange('sent');
  gate.take(sent);
  gate.take(exchange('refused', { failed: true }));
  gate.take(exchange('session', { typed: 'session' }));
  expect(written).toEqual(['sent', 'refused*', 'session*']);
});

test('a message that is not recorded is given up, but not for a database that is away', async () => {
  const { gate, written, away, asked } = openGate(new Map());
  away(true);
  gate.take(exchange('lost'));
  await expect.poll(asked, { timeout: 30_000 }).toBeGreaterThan(20);
  expect(written).toEqual([]);
  away(false);
  await wait(written, 1);
  expect(written).toEqual(['lost*']);
  await gate[Symbol.asyncDispose]();
});

test('at its end it looks once more', async () => {
  const recorded = new Map<string, boolean>();
  const { gate, written } = openGate(recorded);
  gate.take(exchange('known'));
  gate.take(exchange('unknown'));
  recorded.set('known', false);
  await gate[Symbol.asyncDispose]();
  gate.take(exchange('late'));
  expect(written).toEqual(['known', 'unknown*', 'late*']);
});
