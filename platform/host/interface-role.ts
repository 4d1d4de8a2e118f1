import {
  createOperations,
  grants,
  openWorkers,
  transportsOfAccount,
  type CallOperation,
  type StatusPorts,
} from '@vumi/api';
import { startInterfaces } from '@vumi/applications';
import { openComponentViews } from '@vumi/blinkenlights';
import { API_CONNECTOR } from '@vumi/core';
import { createReadReceiver, isOptedOut, createRouteProver } from '@vumi/dispatch';
import { openMenuWords } from '@vumi/sandbox';
import type { Control, Worker, WorkerPorts } from '@vumi/runtime';
import { transportTypes } from '@vumi/transports';
import { checkTransportMiddleware, offeredTransports } from './offered-transports.ts';
import { partsOf, type PlatformParts } from './parts.ts';
import { isTransport } from './processes.ts';

/** Lets programs that were written for other gateways send and receive in the name of accounts. */
export function startInterfaceRole(parts: InterfaceParts, worker: WorkerPorts): Promise<Worker> {
  const { config, catalog, billing, store, isUp, ends, logger } = partsOf(parts, worker);
  const end = ends.application(API_CONNECTOR);
  return startInterfaces(config.interfaces, {
    ...worker,
    store,
    logger,
    isUp,
    table: () => catalog.table(),
    onRoutes: (listener) => catalog.onReload(listener),
    readReceiver: createReadReceiver(transportTypes, catalog),
    publishOutbound: (message) => billing.send(message, (paid) => end.publishOutbound(paid)),
    isOptedOut: (account, address) =>
      isOptedOut({ catalog, store }, { account, app: null }, { address, byApp: false }),
    verify: async (token) => {
      const found = await store.tokens.verify(token);
      if (found === null || found.expired) return null;
      return { account: found.account, label: found.label, maySend: grants(found, 'messages:send') };
    },
    call: operationsOf(parts),
  });
}

interface InterfaceParts extends PlatformParts {
  readonly control: Control;
  readonly processes: StatusPorts['processes'];
}

/** What operators do with the channels of accounts by another gateway's words. */
function operationsOf(parts: InterfaceParts): CallOperation {
  const menuWords = openMenuWords(parts.store);
  return createOperations({
    ...parts,
    transportTypes: offeredTransports,
    checkMiddleware: checkTransportMiddleware,
    // Which token is the administrator's is what the API tells of processes: nobody reads them here.
    workers: openWorkers({ ...parts, isTransport }, () => null),
    components: openComponentViews(parts),
    transportsOf: (account) => transportsOfAccount(parts, account),
    routeProver: (by) => createRouteProver({ ...parts, menuWords }, by),
  });
}
