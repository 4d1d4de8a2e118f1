import { silentLogger } from '@vumi/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchConnectors } from './connector-health.ts';
import { RouteTable, type RouteRule } from './route-table.ts';

const route = (fields: Partial<RouteRule>): RouteRule => ({
  account: 'acme',
  name: 'a',
  app: null,
  transport: 'smsc',
  to_addr: '8000',
  keyword: null,
  prefix: null,
  ...fields,
});

function watched() {
  const consumers = new Map([
    ['relay.inbound', 1],
    ['smsc.outbound', 1],
  ]);
  const reports: Record<string, string> = {};
  const table = new RouteTable({
    accounts: [],
    apps: [],
    routes: [
      route({ connector: 'relay', weight: 1 }),
      route({ name: 'b', connector: 'app:quiz', app: 'quiz', failover: 1 }),
      route({ name: 'c', connector: 'alone', transport: 'other' }),
    ],
    numbers: [],
    transports: [],
  });
  let broken = false;
  const health = watchConnectors({
    table: () => table,
    broker: {
      consumers: async (queue) => {
        if (broken) throw new Error('the broker is away');
        return consumers.get(queue) ?? 0;
      },
    },
    state: { getFields: async () => reports },
    clock: Date.now,
    logger: silentLogger,
  });
  const report = (status: string): void => {
    const seen_at = new Date().toISOString();
    reports['host:1'] = JSON.stringify({ worker_id: 'host:1', seen_at, workers: [{ name: 'smsc', status }] });
  };
  return { health, consumers, report, breakBroker: () => void (broken = true) };
}

const looks = (count: number): Promise<unknown> => vi.advanceTimersByTimeAsync(count * 2000);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a connector is down when its queue has had no consumer twice, and up with the first', async () => {
  const { health, consumers } = watched();
  await looks(0);
  consumers.delete('relay.inbound');
  await looks(1);
  expect(health.isUp('relay')).toBe(true);
  await looks(1);
  expect(health.isUp('relay')).toBe(false);
  expect(health.isUp('smsc')).toBe(true);
  consumers.set('relay.inbound', 1);
  await looks(1);
  expect(health.isUp('relay')).toBe(true);
});

it('a transport is down while its worker says so', async () => {
  const { health, report } = watched();
  report('down');
  await looks(1);
  expect(health.isUp('smsc')).toBe(false);
  report('ok');
  await looks(1);
  expect(health.isUp('smsc')).toBe(true);
});

it('nothing goes down because it cannot be seen, and what shares nothing is not looked at', async () => {
  const { health, consumers, breakBroker } = watched();
  consumers.clear();
  breakBroker();
  await looks(5);
  for (const connector of ['relay', 'smsc', 'alone', 'other']) expect(health.isUp(connector)).toBe(true);
});
