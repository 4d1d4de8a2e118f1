import { grants } from '@vumi/api';
import { startInterfaces } from '@vumi/applications';
import { API_CONNECTOR } from '@vumi/core';
import { createReadReceiver, isOptedOut } from '@vumi/dispatch';
import type { Worker, WorkerPorts } from '@vumi/runtime';
import { transportTypes } from '@vumi/transports';
import { partsOf, type PlatformParts } from './parts.ts';

/** Lets programs that were written for other gateways send and receive in the name of accounts. */
export function startInterfaceRole(parts: PlatformParts, worker: WorkerPorts): Promise<Worker> {
  const { config, catalog, billing, store, isUp, ends, logger } = partsOf(parts, worker);
  const end = ends.application(API_CONNECTOR);
  return startInterfaces(config.interfaces, {
    ...worker,
    store,
    logger,
    isUp,
    table: () => catalog.table(),
    readReceiver: createReadReceiver(transportTypes, catalog),
    publishOutbound: (message) => billing.send(message, (paid) => end.publishOutbound(paid)),
    isOptedOut: (account, address) =>
      isOptedOut({ catalog, store }, { account, app: null }, { address, byApp: false }),
    verify: async (token) => {
      const found = await store.tokens.verify(token);
      if (found === null || found.expired || found.account === null) return null;
      return grants(found, 'messages:send') ? { account: found.account, label: found.label } : null;
    },
  });
}
