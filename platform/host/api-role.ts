import type { IncomingMessage, ServerResponse } from 'node:http';
import { createApi, underAppsDomain, type ApiPorts, type PlatformStatus, type WorkerStatus } from '@vumi/api';
import { deriveId, type AppRef, type KeyedState } from '@vumi/core';
import { createHosting, pageRoutes, type HostingPorts } from '@vumi/hosting';
import { planSchema, sharedStateKey, sharedStatePlace } from '@vumi/sandbox';
import { transportTypes } from '@vumi/transports';
import type { Simulator } from '@vumi/transports/smpp/simulator';
import {
  obtainAdminToken,
  SUPERSEDED,
  validateAdminToken,
  type AdminToken,
  type ValidAdminToken,
} from './admin-token.ts';
import { openAppState } from './app-state.ts';
import type { Config } from './config-schema.ts';
import { startDemo, type Demo } from './demo.ts';
import { cancelMessage } from './cancellations.ts';
import { deployBundle, type DeployPorts } from './deployer.ts';
import { API_CONNECTOR } from './dispatch-role.ts';
import type { Heartbeat, WorkerState } from './heartbeat.ts';
import { mostOf, overloadText } from './overload.ts';
import { startHttpServer } from './http-server.ts';
import { problemsOf } from './problems.ts';
import { replayMessage } from './replayer.ts';
import type { SandboxRolePorts } from './sandbox-role.ts';
import { sendForAccount } from './sender.ts';
import { startSimulator } from './smsc-simulator.ts';
import { ownerOfSimulated, transportsOfAccount } from './tenant-view.ts';
import type { TransportState } from './transport-manager.ts';
import { platformVitals } from './vitals.ts';

/** How long a request waits for a transport to decide. */
const CANCEL_WAIT_MS = 5000;

/** What the role `api` shows to whoever started it. */
export interface ApiRole extends AsyncDisposable {
  /** Without a final slash. */
  readonly url: string;
  readonly adminToken: AdminToken & { readonly id: string };
  /** Port of the simulator in this process, or null. */
  readonly smscPort: number | null;
  /** The sample apps; null where they are not wanted. */
  readonly demo: Demo | null;
  appUrl(ref: AppRef): string;
}

export type ApiRolePorts = SandboxRolePorts & { readonly heartbeat: Heartbeat };

/** Serves the API and the pages of apps, and runs the SMSC simulator that the API drives. */
export async function startApiRole(ports: ApiRolePorts): Promise<ApiRole> {
  await using stack = new AsyncDisposableStack();
  const { config, store, logger } = ports;
  const adminToken = await obtainAdminToken(config);
  const validToken = stack.use(await validateAdminToken(adminToken, store, logger));
  const started = await startSimulator(config, logger);
  const simulator = started === null ? null : stack.use(started);

  const handler: { handle: (request: IncomingMessage, response: ServerResponse) => void } = {
    handle: (_request, response) => void response.writeHead(503).end(),
  };
  const server = stack.use(
    await startHttpServer(config.http, (request, response) => handler.handle(request, response)),
  );
  const urls = createUrls(config.http, server.port);
  handler.handle = createHandler(ports, validToken, simulator, urls);

  const demo = config.demo === true ? stack.use(await openDemo(ports, simulator)) : null;
  const owned = stack.move();
  return {
    url: urls.publicUrl,
    adminToken: { ...adminToken, id: validToken.id },
    smscPort: simulator?.port ?? null,
    demo,
    appUrl: urls.appUrl,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function openDemo({ config, store, logger, catalog, heartbeat }: ApiRolePorts, simulator: Simulator | null) {
  const { host, port } = config.simulators.smsc;
  return startDemo(
    {
      store,
      logger,
      deploy: (ref, zip, options) => deployBundle(deployPorts({ store, catalog }), ref, zip, options),
      table: () => catalog.table(),
      transports: async () => (await heartbeat.workers()).flatMap(({ transports }) => transports),
    },
    { host, port: simulator?.port ?? port },
  );
}

function deployPorts({ store, catalog }: Pick<ApiRolePorts, 'store' | 'catalog'>): DeployPorts {
  return { store, endpoints: (ref) => catalog.table().endpointsOf(ref) };
}

type Urls = Pick<ApiPorts, 'publicUrl' | 'appUrl'>;

function createUrls(http: Config['http'], port: number): Urls {
  // What listens on every address is reached by this machine's own name.
  const name = http.host === '0.0.0.0' || http.host === '::' ? 'localhost' : http.host;
  const url = new URL(http.public_url ?? `http://${name}:${port}`);
  const appsPort = url.port === '' ? '' : `:${url.port}`;
  return {
    publicUrl: url.href.replace(/\/$/, ''),
    appUrl: ({ account, app }) => `${url.protocol}//${account}--${app}.${http.apps_domain}${appsPort}/`,
  };
}

/** The host name decides: pages of apps under the apps' domain, the API everywhere else. */
function createHandler(
  ports: ApiRolePorts,
  adminToken: ValidAdminToken,
  simulator: Simulator | null,
  urls: Urls,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { config, store, catalog, state, connectors, logger, clock } = ports;
  const appsDomain = config.http.apps_domain;
  const { outbound } = connectors.application(API_CONNECTOR);
  const pages: HostingPorts = {
    logger,
    clock,
    appsDomain,
    activeVersion: (ref) =>
      catalog.table().isActive(ref.account) ? catalog.table().activeVersion(ref) : null,
    manifest: async (ref, version) => (await store.versions.get(ref, version)).manifest,
    file: (ref, version, path) => store.versions.file(ref, version, path),
    readState: async (ref, key) => {
      const text = await state.get(sharedStateKey(ref, key));
      return text === null ? null : (JSON.parse(text) as unknown);
    },
    listState: (ref, query) => listSharedState(state, ref, query),
    members: store.pageMembers,
    secure: urls.publicUrl.startsWith('https:'),
    // Tokens of pages end with the administrator's token in whose time they were made.
    get tokenSecret() {
      return deriveId('frontend-token', adminToken.pageSecret());
    },
  };
  const hosting = createHosting(pages);
  const api = createApi({
    store,
    logger,
    clock,
    appsDomain,
    ...urls,
    deploy: (ref, zip, options) => deployBundle(deployPorts(ports), ref, zip, options),
    appState: openAppState(store, state),
    replay: (ref, messageId, version) => replayMessage(store, ref, messageId, version),
    send: (account, message, id) =>
      sendForAccount({ catalog, publishOutbound: (sent) => outbound.publish(sent) }, account, message, id),
    cancel: (account, messageId) =>
      cancelMessage(store, { account, messageId, waitMs: CANCEL_WAIT_MS, otherwise: 'stay' }),
    simulator,
    limits: planSchema,
    transportTypes,
    transportsOf: (account) => transportsOfAccount(ports, account),
    ownerOfSimulated: async (message) =>
      simulator === null ? null : ownerOfSimulated(ports, simulator, message),
    status: () => platformStatus(ports, adminToken.validId()),
    vitals: () => platformVitals(ports),
    pageRoutes: pageRoutes(pages),
  });
  return (request, response) => {
    const isPage = underAppsDomain(request.headers.host ?? '', appsDomain);
    (isPage ? hosting : api)(request, response);
  };
}

async function listSharedState(
  state: KeyedState,
  ref: AppRef,
  { prefix, after, limit }: { prefix: string; after?: string; limit: number },
): ReturnType<HostingPorts['listState']> {
  const { place, shared } = sharedStatePlace(ref);
  const { entries, next } = await state.list({
    place,
    prefix: shared + prefix,
    limit,
    ...(after === undefined ? {} : { after: shared + after }),
  });
  return {
    items: entries.map(([key, text]) => ({
      key: key.slice(shared.length),
      value: JSON.parse(text) as unknown,
    })),
    next: next === null ? null : next.slice(shared.length),
  };
}

/** Rejects while a server that every message needs does not answer. */
async function platformStatus(
  { heartbeat, store, broker, catalog }: ApiRolePorts,
  adminToken: string | null,
): Promise<PlatformStatus> {
  const [processes, rows] = await Promise.all([
    heartbeat.workers(),
    store.transports.list(),
    broker.depth(API_CONNECTOR),
  ]);
  const transports = processes.flatMap((worker) => worker.transports);
  return {
    ready: true,
    problems: problemsOf({
      processes,
      transports: rows.map(({ name }) => name),
      validToken: adminToken,
      smppClients: [...catalog.smppClients()].length,
    }),
    overload: mostOf(processes.map(({ overload }) => overload)),
    workers: [...processes.map((one) => toProcess(one, adminToken)), ...transports.map(toWorker)],
  };
}

function toWorker({ name, type, status, message }: TransportState): WorkerStatus {
  return { name, kind: `transport (${type})`, status, message };
}

function toProcess(
  { worker_id, roles, admin_token, overload }: WorkerState,
  valid: string | null,
): WorkerStatus {
  const process = { name: worker_id, kind: `process (${roles.join(', ')})` };
  if ((admin_token ?? valid) !== valid) return { ...process, status: 'degraded', message: SUPERSEDED };
  if (overload.overloaded) return { ...process, status: 'degraded', message: overloadText(overload) };
  return { ...process, status: 'ok' };
}
