import type { SpecSource } from '@vumi/runtime';
import type { Store } from '@vumi/store';

/** The transports that the store lists, as workers: they start, restart and stop as their rows come, change and go. */
export function transportRows(store: Pick<Store, 'transports' | 'onChange'>): SpecSource {
  return {
    list: async () =>
      (await store.transports.list()).map(({ name, type, config }) => ({
        name,
        type,
        config,
        placement: 'one',
        origin: 'store',
        group: 'transports',
      })),
    onChange: (listener) => store.onChange(({ what }) => (what === 'transports' ? listener() : undefined)),
  };
}
