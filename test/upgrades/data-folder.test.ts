import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEmbeddedBroker } from '@vumi/broker';
import { silentLogger, type Broker } from '@vumi/core';
import { openEmbeddedState, openLedger } from '@vumi/state';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../platform.ts';

/** A data folder as the code of November 2026 (c1e1731) left it behind; made by make-data-folder.ts. */
const LEFT = fileURLToPath(new URL('data-folder/', import.meta.url));
const logger = silentLogger;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-folder-'));
  await cp(LEFT, folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function taken(broker: Broker, queue: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  const take = async (body: string): Promise<void> =>
    void ids.push((JSON.parse(body) as { message_id: string }).message_id);
  await using _consumer = await broker.consume(queue, take, { prefetch: 1, failuresKey: 'mno.failures' });
  await eventually(
    () => ids,
    (all) => all.length === count,
  );
  return ids;
}

it('messages that waited in queues are delivered in their order, and bindings are there', async () => {
  await using broker = await openEmbeddedBroker({ dataDir: join(folder, 'broker'), logger });
  expect(await broker.depth('mno.outbound')).toBe(2);
  expect(await taken(broker, 'mno.outbound', 2)).toEqual(['first', 'second']);
  await broker.publish('mno.inbound', JSON.stringify({ message_id: 'new' }));
  expect(await taken(broker, 'gathered', 2)).toEqual(['in', 'new']);
});

it('state, records and commits are there', async () => {
  await using state = await openEmbeddedState({ dataDir: join(folder, 'state'), logger });
  expect(await state.get('app/clinic/greet/shared/visits')).toBe('3');
  expect(await state.get('app/clinic/greet/user/+2776/visits')).toBe('2');
  expect(await state.getFields('transport/mno/remote/abc')).toEqual({ 'message:abc': '{"messageId":"m"}' });
  expect(await state.committed('run/clinic/greet/m1')).toEqual(['{"message_id":"m2"}']);
  const again = { marker: 'run/clinic/greet/m1', markerTtlMs: 1000, writes: [], outbox: [] };
  expect(await state.commit(again)).toMatchObject({ fresh: false, outbox: ['{"message_id":"m2"}'] });
});

it('what a transport had handed over is known', async () => {
  await using ledger = openLedger({ file: join(folder, 'transports', 'mno.ledger') });
  expect(ledger.get('out/mno/m1/0')).toBe('{"kind":"submitting"}');
});
