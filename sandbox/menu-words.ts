import { appKey, type AppRef, type MenuWord } from '@vumi/core';
import { LRUCache } from 'lru-cache';
import { loadVersion, type VersionStore } from './apps/load-version.ts';
import { menuWordsIn } from './bundle/menu-words.ts';

/** Versions whose words are remembered: they do not change. */
const REMEMBERED = 200;

/** The words that questions of a version take (bundle/menu-words.ts); of a classic app none are known. */
export function openMenuWords(
  store: VersionStore,
): (ref: AppRef, version: number) => Promise<readonly MenuWord[]> {
  const known = new LRUCache<string, readonly MenuWord[]>({ max: REMEMBERED });
  return async (ref, version) => {
    const key = `${appKey(ref)} ${version}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const { code, map, manifest } = await loadVersion(store, ref, version);
    const words = manifest.api === 'classic' ? [] : menuWordsIn({ code, map });
    known.set(key, words);
    return words;
  };
}
