import { appKey, type AppRef } from '@vumi/core';
import type { MemoryStore } from './memory-store.fixture.ts';
import type { ApiPorts } from './ports.ts';

/** What apps keep, in a map: of all apps that are there. */
export function memoryAppState({ apps }: MemoryStore): ApiPorts['appState'] {
  const values = new Map<string, string>();
  const startOf = async (ref: AppRef, user: string | null): Promise<string> => {
    await apps.get(ref);
    return `${appKey(ref)}/${user ?? ''}/`;
  };
  return {
    list: async (ref, user, { prefix, after = '', limit }) => {
      const start = await startOf(ref, user);
      const keys = [...values.keys()]
        .filter((key) => key.startsWith(start + prefix) && key > start + after)
        .toSorted();
      const shown = keys.slice(0, limit);
      const items = shown.map((key) => ({
        key: key.slice(start.length),
        value: JSON.parse(values.get(key) ?? 'null') as unknown,
      }));
      return { items, next: keys.length > limit ? (items.at(-1)?.key ?? null) : null };
    },
    read: async (ref, user, key) => {
      const text = values.get((await startOf(ref, user)) + key);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    delete: async (ref, user, key) => values.delete((await startOf(ref, user)) + key),
    write: async (ref, user, items, dryRun = false) => {
      const start = await startOf(ref, user);
      const changed = items.filter(({ key, value }) => values.get(start + key) !== JSON.stringify(value));
      const made = changed.filter(({ key }) => !values.has(start + key)).length;
      for (const { key, value } of dryRun ? [] : changed) values.set(start + key, JSON.stringify(value));
      return { made, changed: changed.length - made, unchanged: items.length - changed.length };
    },
  };
}
