import { silentLogger } from '@vumi/core';
import type { LogEntry } from './message-records.ts';
import { expect, it } from 'vitest';
import { createAppLogWriter } from './app-log-writer.ts';

const line = (text: string): LogEntry => ({
  account: 'demo',
  app: 'hello',
  level: 'info',
  text,
  message_id: null,
  timestamp: '2026-11-23T00:00:00.000Z',
});

/** A log whose first statement waits until it is let go. */
function slowLogs() {
  const statements: string[][] = [];
  const gate = Promise.withResolvers<void>();
  const append = async (entries: LogEntry[]): Promise<void> => {
    statements.push(entries.map(({ text }) => text));
    if (statements.length === 1) await gate.promise;
  };
  const list = (): Promise<never> => Promise.reject(new Error('nobody reads here'));
  return { statements, gate, logs: { append, list } };
}

it('writes what came during a statement in one more statement, in order', async () => {
  const { statements, gate, logs } = slowLogs();
  const writer = createAppLogWriter(logs, silentLogger);
  for (const text of ['a', 'b', 'c']) writer.write(line(text));
  gate.resolve();
  await writer[Symbol.asyncDispose]();
  expect(statements).toEqual([['a'], ['b', 'c']]);
});

it('holds no more than its bound of a flood', async () => {
  const { statements, gate, logs } = slowLogs();
  const writer = createAppLogWriter(logs, silentLogger);
  for (let count = 0; count < 25_000; count++) writer.write(line(String(count)));
  gate.resolve();
  await writer[Symbol.asyncDispose]();
  expect(statements.flat().length).toBe(10_001);
});
