import type { ApiPorts } from '@vumi/api';
import { createSender } from '@vumi/http';
import { dial } from '@vumi/transports/ussd';
import { offeredTransports } from './offered-transports.ts';

/** Dials over transports as their networks do: by the requests that those would send, at the same place. */
export function createDial(localUrl: string): ApiPorts['dial'] {
  const send = createSender();
  return async ({ name, type, config }, step) => {
    const [place] = offeredTransports[type]?.places?.(config) ?? [];
    const path = place?.path ?? '/';
    const url = path.startsWith('/') ? `${localUrl}/hooks/${name}${path === '/' ? '' : path}` : path;
    return dial({ name, type, config, url }, step, send);
  };
}
