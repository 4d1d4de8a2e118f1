import { VumiError } from '@vumi/core';
import type { RouterPorts } from '../router.ts';

/** The one exposed name that some routers work for. Throws `config.invalid`. */
export function onlyApplication(router: string, { applications }: RouterPorts): string {
  const [application, ...more] = applications;
  if (application !== undefined && more.length === 0) return application;
  const text = `the router ${router} needs exactly one name in exposed_names, not ${applications.length}`;
  throw new VumiError('config.invalid', text, { field: 'exposed_names' });
}
