import { expect, it } from 'vitest';
import { openCatalog } from './catalog.ts';

type Store = Parameters<typeof openCatalog>[0];

/** A store of nothing that can be told to have changed. */
function emptyStore() {
  const listeners = new Set<Parameters<Store['onChange']>[0]>();
  const unused = (): never => {
    throw new Error('nothing else is asked for');
  };
  const store: Store = {
    snapshot: async () => ({
      accounts: [],
      apps: [],
      routes: [],
      numbers: [],
      transports: [],
      smpp_clients: [],
      prices: [],
    }),
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    apps: {
      get: unused,
      list: unused,
      remove: unused,
      setConfig: unused,
      setSecret: unused,
      settings: unused,
    },
  };
  const change = async (): Promise<void> => {
    for (const listener of listeners) await listener({ what: 'routes' });
  };
  return { store, change };
}

it('a listener hears of each renewal until it is disposed of, also one that is given twice', async () => {
  const { store, change } = emptyStore();
  using catalog = await openCatalog(store, null);
  let heard = 0;
  const listener = (): void => void heard++;
  const first = catalog.onReload(listener);
  using _second = catalog.onReload(listener);
  await change();
  expect(heard).toBe(2);
  first[Symbol.dispose]();
  await change();
  expect(heard).toBe(3);
});
