import { findType, isExtensionFile, loadExtension } from '@vumi/core';
import type { RouterType } from '../router.ts';
import { routerTypes } from './registry.ts';

/**
 * The router that a configuration names: a type, one of Vumi's class names, or a file (`./my-router.ts`) whose default
 * export `defineRouter` has made; relative paths begin at `folder`. Throws `config.invalid`.
 */
export async function findRouter(word: string, folder?: string): Promise<RouterType> {
  if (!isExtensionFile(word)) return findType(Object.values(routerTypes), word, { kind: 'router' });
  return loadExtension(word, {
    kind: 'router',
    definedBy: 'defineRouter',
    isKind: isRouterType,
    ...(folder === undefined ? {} : { folder }),
  });
}

function isRouterType(value: object): value is RouterType {
  return 'create' in value && typeof value.create === 'function' && 'configSchema' in value;
}
