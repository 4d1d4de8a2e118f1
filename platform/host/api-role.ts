import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createApi,
  obtainAdminToken,
  openWorkers,
  platformFigures,
  platformStatus,
  platformVitals,
  transportsOfAccount,
  underAppsDomain,
  validateAdminToken,
  type AdminToken,
  type ApiPorts,
  type StatusPorts,
  type ValidAdminToken,
} from '@vumi/api';
import { openComponentViews } from '@vumi/blinkenlights';
import { API_CONNECTOR, deriveId, type AppRef, type KeyedState } from '@vumi/core';
import { startDemo, type Demo } from '@vumi/demo';
import {
  cancelMessage,
  createReadReceiver,
  ownerOfSimulated,
  createRouteProver,
  sendForAccount,
} from '@vumi/dispatch';
import { createHosting, pageRoutes, type HostingPorts } from '@vumi/hosting';
import { AddressRanges, callerOf, isHook, startHttpServer, type HttpHub } from '@vumi/http';
import type { Control } from '@vumi/runtime';
import {
  deployBundle,
  openAppState,
  openMenuWords,
  openPageLinks,
  openTalksOf,
  sealAnswers,
  PAGES_AT,
  planSchema,
  replayMessage,
  sharedStateKey,
  sharedStatePlace,
  type DeployPorts,
} from '@vumi/sandbox';
import type { AppVersion } from '@vumi/store';
import { transportTypes } from '@vumi/transports';
import type { Simulator } from '@vumi/transports/smpp/simulator';
import { createDial } from './dial-transport.ts';
import { checkTransportMiddleware, offeredTransports } from './offered-transports.ts';
import { ROLES, type Config } from './config-schema.ts';
import type { WorkerParts } from './parts.ts';
import { openPagePeople } from './page-people.ts';
import type { ProcessProbe } from './probe/process-probe.ts';
import { openPayments } from './payments.ts';
import { isTransport } from './processes.ts';

const HTTP_PORT = { field: 'http.port', name: 'VUMI_HTTP_PORT' };
/** Where the state has what the marks of people on pages are made with. */
const PERSON_SECRET = 'person-secret';
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

export interface ApiRolePorts extends WorkerParts {
  readonly processes: StatusPorts['processes'];
  readonly control: Control;
  readonly http: HttpHub;
  /** That of this process; null where it is switched off. */
  readonly simulator: Simulator | null;
  readonly probe: ProcessProbe;
}

/** Serves the API and the pages of apps. */
export async function startApiRole(ports: ApiRolePorts): Promise<ApiRole> {
  await using stack = new AsyncDisposableStack();
  const { config, store, logger } = ports;
  const adminToken = await obtainAdminToken(config);
  const validToken = stack.use(await validateAdminToken(adminToken, store, logger));
  const { simulator } = ports;

  const handler: { handle: (request: IncomingMessage, response: ServerResponse) => void } = {
    handle: (_request, response) => void response.writeHead(503).end(),
  };
  const { upgrades } = ports.http;
  const server = stack.use(
    await startHttpServer(
      { ...config.http, setting: HTTP_PORT },
      (request, response) => handler.handle(request, response),
      { ...upgrades, wants: (request) => upgrades.wants(request) && !isOfPage(request, config) },
    ),
  );
  const urls = createUrls(config.http, server.port);
  await ports.state.set(PAGES_AT, urls.pagesAt);
  const handle = createHandler(ports, validToken, urls);
  handler.handle = ports.traces?.requests(handle) ?? handle;

  const demo = config.demo === true ? stack.use(await openDemo(ports)) : null;
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

function sending({ catalog, ends, isUp, billing }: ApiRolePorts): Parameters<typeof sendForAccount>[0] {
  const end = ends.application(API_CONNECTOR);
  return {
    table: () => catalog.table(),
    isUp,
    readReceiver: createReadReceiver(transportTypes, catalog),
    publishOutbound: (message) => billing.send(message, (paid) => end.publishOutbound(paid)),
  };
}

function openDemo({ config, store, state, logger, catalog, processes, simulator }: ApiRolePorts) {
  const { host, port } = config.simulators.smsc;
  return startDemo(
    {
      store,
      logger,
      deploy: (ref, zip, options) =>
        deployBundle(deployPorts({ store, catalog, state, logger }), ref, zip, options),
      table: () => catalog.table(),
      transports: async () => (await processes()).flatMap(({ transports }) => transports),
    },
    { host, port: simulator?.port ?? port },
  );
}

function deployPorts({
  store,
  catalog,
  state,
  logger,
}: Pick<ApiRolePorts, 'store' | 'catalog' | 'state' | 'logger'>): DeployPorts<AppVersion> {
  return {
    store,
    state: sealAnswers(state, store.accountKeys, logger),
    endpoints: (ref) => catalog.table().endpointsOf(ref),
  };
}

type Urls = Pick<ApiPorts, 'publicUrl' | 'appUrl'> & {
  /** Where this process finds itself. */
  readonly localUrl: string;
  /** As `appUrl` of `{app}`. */
  readonly pagesAt: string;
};

function createUrls(http: Config['http'], port: number): Urls {
  // What listens on every address is reached by this machine's own name.
  const name = http.host === '0.0.0.0' || http.host === '::' ? 'localhost' : http.host;
  const url = new URL(http.public_url ?? `http://${name}:${port}`);
  const appsPort = url.port === '' ? '' : `:${url.port}`;
  const pagesAt = `${url.protocol}//{app}.${http.apps_domain}${appsPort}/`;
  return {
    publicUrl: url.href.replace(/\/$/, ''),
    localUrl: `http://${name}:${port}`,
    appUrl: ({ account, app }) => pagesAt.replace('{app}', `${account}--${app}`),
    pagesAt,
  };
}

/** What the pages of apps are served with. */
function pagesOf(ports: ApiRolePorts, adminToken: ValidAdminToken, urls: Urls): HostingPorts {
  const { config, store, catalog, state, logger, clock, ends, connectorOf } = ports;
  const appsDomain = config.http.apps_domain;
  const appState = openAppState(store, state);
  const proxies = new AddressRanges(config.http.trusted_proxies);
  return {
    logger,
    clock,
    appsDomain,
    platformUrl: urls.publicUrl,
    activeVersion: (ref) =>
      catalog.table().isActive(ref.account) ? catalog.table().activeVersion(ref) : null,
    manifest: async (ref, version) => (await store.versions.get(ref, version)).manifest,
    file: (ref, version, path) => store.versions.file(ref, version, path),
    readState: (ref, key) => readSharedState(state, ref, key),
    listState: (ref, query) => listSharedState(state, ref, query),
    members: store.pageMembers,
    links: openPageLinks({
      state,
      records: store.records,
      clock,
      publish: (ref, message) => ends.receiveOutbound(connectorOf(ref)).publishInbound(message),
    }),
    userState: {
      read: (ref, user, key) => appState.read(ref, user, key),
      write: async (ref, user, entry) => void (await appState.write(ref, user, [entry])),
    },
    ...openPagePeople({
      store,
      state,
      logger,
      clock,
      send: (account, message, id) => sendForAccount(sending(ports), account, message, id),
    }),
    addressOf: (request) => callerOf(request, proxies),
    secure: urls.publicUrl.startsWith('https:'),
    personSecret: () => keptSecret(state),
    // Tokens of pages end with the administrator's token in whose time they were made.
    get tokenSecret() {
      return deriveId('frontend-token', adminToken.pageSecret());
    },
  };
}

/** The host name decides: pages of apps under the apps' domain, the API everywhere else. */
function createHandler(
  ports: ApiRolePorts,
  adminToken: ValidAdminToken,
  urls: Urls,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { config, store, state, logger, clock, simulator, probe } = ports;
  const appsDomain = config.http.apps_domain;
  const pages = pagesOf(ports, adminToken, urls);
  const hosting = createHosting(pages);
  const proxies = new AddressRanges(config.http.trusted_proxies);
  const status = statusPorts(ports);
  const menuWords = openMenuWords(store);
  const api = createApi({
    store,
    logger,
    clock,
    addressOf: (request) => callerOf(request, proxies),
    payments: openPayments(config.payments, { ...urls, clock }),
    appsDomain,
    ...urls,
    deploy: (ref, zip, options) => deployBundle(deployPorts(ports), ref, zip, options),
    appState: openAppState(store, state),
    openTalks: openTalksOf(state),
    replay: (ref, messageId, version) => replayMessage(store, ref, messageId, version),
    send: (account, message, id) => sendForAccount(sending(ports), account, message, id),
    cancel: (account, messageId) =>
      cancelMessage(store, { account, messageId, waitMs: CANCEL_WAIT_MS, otherwise: 'stay' }),
    simulator,
    limits: planSchema,
    transportTypes: offeredTransports,
    checkMiddleware: checkTransportMiddleware,
    dial: createDial(urls.localUrl),
    transportsOf: (account) => transportsOfAccount(ports, account),
    routeProver: (by) => createRouteProver({ store, clock, menuWords }, by),
    ownerOfSimulated: async (message) =>
      simulator === null ? null : ownerOfSimulated(ports, simulator, message),
    status: () => platformStatus(status, adminToken.validId()),
    workers: openWorkers(status, () => adminToken.validId()),
    components: status.components,
    vitals: () => platformVitals(status),
    figures: () => platformFigures(status),
    ...shownByApi(probe),
    pageRoutes: pageRoutes(pages),
  });
  return (request, response) => {
    const isPage = isOfPage(request, config);
    if (!isPage && isHook(request)) return ports.http.handle(request, response);
    (isPage ? hosting : api)(request, response);
  };
}

/** Whether a request is for the page of an app. */
function isOfPage({ headers }: IncomingMessage, { http }: ApiRolePorts['config']): boolean {
  return underAppsDomain(headers.host ?? '', http.apps_domain);
}

/** A process is scraped at one place. */
function shownByApi(probe: ProcessProbe): Pick<ApiPorts, 'readiness' | 'processMetrics'> {
  return {
    readiness: () => probe.readiness(),
    processMetrics: probe.url === null ? (audience) => probe.metrics(audience) : null,
  };
}

function statusPorts(ports: ApiRolePorts) {
  const components = openComponentViews(ports);
  return { ...ports, components, roles: ROLES, isTransport } satisfies StatusPorts;
}

async function readSharedState(state: KeyedState, ref: AppRef, key: string): Promise<unknown> {
  const text = await state.get(sharedStateKey(ref, key));
  return text === null ? null : (JSON.parse(text) as unknown);
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

/** Made once, by whichever process asks first. */
async function keptSecret(state: KeyedState): Promise<string> {
  const kept = await state.get(PERSON_SECRET);
  if (kept !== null) return kept;
  await state.setIfAbsent(PERSON_SECRET, randomBytes(32).toString('base64url'));
  return keptSecret(state);
}
