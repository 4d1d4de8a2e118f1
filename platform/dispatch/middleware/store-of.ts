import { VumiError } from '@vumi/core';
import type { MiddlewarePorts } from '@vumi/middleware';
import type { Store } from '@vumi/store';

/** Throws `config.invalid` where the worker has no database. */
export function storeOf({ store, name }: Pick<MiddlewarePorts, 'store' | 'name'>): Store {
  if (store !== null) return store;
  const text = `middleware "${name}" needs a database: set VUMI_DATABASE_URL, or leave it out`;
  throw new VumiError('config.invalid', text, { field: 'middleware' });
}
