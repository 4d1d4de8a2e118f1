import { findType, VumiError } from '@vumi/core';
import type { RuntimeServices } from './services.ts';
import type { WorkerType } from './worker-type.ts';

/**
 * By its name, or by a class name of Vumi: with the path of its module, or alone. Throws `config.invalid` where there is
 * none, or where it needs a database and the process has none.
 */
export function requireType(
  { types, store }: Pick<RuntimeServices, 'types' | 'store'>,
  name: string,
): WorkerType {
  const type = findType(types, name, { kind: 'worker type' });
  if (store === null && type.needs.includes('store')) {
    const text = `a worker of type "${type.type}" needs a database: set VUMI_DATABASE_URL`;
    throw new VumiError('config.invalid', text, { field: 'type' });
  }
  return type;
}
