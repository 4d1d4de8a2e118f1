import { silentLogger, smppClientSettingsSchema } from '@vumi/core';
import { afterEach, expect, test } from 'vitest';
import { MemoryPorts } from '../../testing/memory-ports.ts';
import { BindRegistry } from './bind-registry.ts';
import type { ServerClient } from './ports.ts';

const client: ServerClient = {
  ...smppClientSettingsSchema.parse({ max_binds: 2 }),
  account: 'shop',
  system_id: 'acme',
  password_set_at: '',
};

const { state } = new MemoryPorts();
let now = 0;
const open: BindRegistry[] = [];

function createRegistry(process: string): BindRegistry {
  const registry = new BindRegistry({ state, process, logger: silentLogger, clock: () => now });
  open.push(registry);
  return registry;
}

afterEach(async () => {
  for (const registry of open.splice(0)) registry[Symbol.dispose]();
  state.values.clear();
});

test('binds are counted over all processes, and a place that is free is given again', async () => {
  const [one, other] = [createRegistry('one'), createRegistry('other')];
  expect(await one.claim(client)).toBe(true);
  expect(await other.claim(client)).toBe(true);
  expect(await one.claim(client)).toBe(false);
  expect([one.count('acme'), other.count('acme')]).toEqual([1, 1]);
  expect(other.share('acme')).toBe(0.5);
  one.release('acme');
  await new Promise((resolve) => setImmediate(resolve));
  expect(await other.claim(client)).toBe(true);
  expect(other.share('acme')).toBe(1);
});

test('a process that is gone holds its places for 10 s, and one that starts again not at all', async () => {
  const before = createRegistry('one');
  await before.claim(client);
  await before.claim(client);
  const other = createRegistry('other');
  expect(await other.claim(client)).toBe(false);
  expect(await createRegistry('one').claim(client)).toBe(true);
  now += 10_000;
  expect(await other.claim(client)).toBe(true);
});

test('a bind that could not be counted is not there', async () => {
  const registry = createRegistry('one');
  state.broken = true;
  await expect(registry.claim(client)).rejects.toThrow('the state is gone');
  state.broken = false;
  expect(registry.count('acme')).toBe(0);
});
