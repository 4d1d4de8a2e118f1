import type { KeyedState, Logger } from '@vumi/core';
import { createHttpHub, createOpener, createSender, type HttpHub } from '@vumi/http';
import type { Traces } from './traces.ts';
import type { Config } from './config-schema.ts';

/** The HTTP of the workers of this process, which other processes find where they share a state. */
export function openHttpHub(
  { http, redis }: Config,
  state: KeyedState,
  { logger, traces }: { readonly logger: Logger; readonly traces: Traces | null },
): HttpHub {
  const { host, port, url } = http.hooks;
  const isAlone = redis.url === undefined && port === undefined;
  return createHttpHub({
    publicUrl: http.public_url?.replace(/\/$/, '') ?? null,
    trustedProxies: http.trusted_proxies,
    listen: isAlone ? null : { host, port: port ?? 0, url },
    send: traces === null ? createSender() : traces.send(createSender()),
    open: createOpener(),
    state,
    logger,
  });
}
