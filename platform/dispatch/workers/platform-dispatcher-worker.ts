import {
  API_CONNECTOR,
  isSecretAnswer,
  sealAnswer,
  smppClientConnector,
  type AppRef,
  type Subscription,
} from '@vumi/core';
import { defineWorker, type Worker, type WorkerPorts, type WorkerType } from '@vumi/runtime';
import { createAppLogWriter, type Store } from '@vumi/store';
import { z } from 'zod';
import { appConnectors, createAppQueues } from '../app-queues.ts';
import { shareCatalog, type Catalog } from '../catalog.ts';
import { watchConnectors } from '../connector-health.ts';
import { createBilling } from '../credits/billing.ts';
import { createCharging } from '../credits/charging.ts';
import { createSegmentCounts, type CountingTypes } from '../credits/count-segments.ts';
import { startCreditKeeping } from '../credits/keep-credits.ts';
import type { Dispatcher, DispatcherEnds } from '../dispatcher.ts';
import { inOrder } from '../in-order.ts';
import { createPlatformDispatcher, type WiredConnectors } from '../platform-dispatcher.ts';
import { createReadReceiver, type TransportTypes } from '../receivers.ts';
import { createLimitsOf, type ShowingTypes } from '../rich-limits.ts';
import { simpleRouter } from '../routers/simple.ts';
import { endsOf, joinApplication, joinTransport, PREFETCH } from './joining.ts';

export const platformDispatcherOptions = z.strictObject({
  fallback_app: z
    .string()
    .regex(/^[^/]+\/[^/]+$/, 'name it as account/app')
    .optional()
    .describe('account/app that gets what no route matches.'),
  sandbox_queues: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Queues that hosted apps are spread over.'),
  route_mappings: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]))
    .default({})
    .describe(
      'Transports wired to connectors of other applications on the broker: each listed one gets a copy.',
    ),
  transport_mappings: z
    .record(z.string(), z.string())
    .default({})
    .describe('Names by which those applications call transports, to the transports’ own.'),
});
type Options = z.infer<typeof platformDispatcherOptions>;

/** Between two looks at what was charged and not sent, and at whose credit runs low. */
const CREDITS_MS = 3000;

/** The app that gets what no route matches. */
export function fallbackAppOf({ fallback_app }: Pick<Options, 'fallback_app'>): AppRef | null {
  const [account, app] = fallback_app?.split('/') ?? [];
  return account === undefined || app === undefined ? null : { account, app };
}

/** The dispatcher of the store's routes. It joins transports and applications as they come. */
export function platformDispatcherWorker(types: TransportTypes & CountingTypes & ShowingTypes): WorkerType {
  return defineWorker({
    type: 'platform_dispatcher',
    aliases: [],
    summary: 'moves messages between transports and hosted apps by the routes of the database',
    configSchema: platformDispatcherOptions,
    placement: 'each',
    needs: ['store'],
    takesMiddleware: true,
    ends: ({ sandbox_queues, route_mappings }) => ({
      receiveInbound: Object.keys(route_mappings),
      receiveOutbound: [
        API_CONNECTOR,
        ...appConnectors(sandbox_queues),
        ...wiredApplications({ route_mappings }),
      ],
    }),
    async start(options, ports) {
      if (ports.store === null) throw new TypeError('a worker that needs a store was started without');
      return startPlatformDispatcher(options, { ...ports, store: ports.store, types });
    },
  });
}

interface StartPorts extends WorkerPorts {
  readonly store: Store;
  readonly types: TransportTypes & CountingTypes & ShowingTypes;
}

async function startPlatformDispatcher(options: Options, ports: StartPorts): Promise<Worker> {
  await using stack = new AsyncDisposableStack();
  const catalog = stack.use(await shareCatalog(ports.store, fallbackAppOf(options)));
  const dispatcher = inOrder(await compose(options, { ...ports, catalog, stack }));
  const joined = stack.use(new JoinedConnectors(dispatcher, ports));
  const sync = (): Promise<void> => joined.sync(wantedConnectors(options, catalog));
  await sync();
  stack.use(
    catalog.onReload(() => {
      if (!ports.signal.aborted) {
        sync().catch((error: unknown) => ports.logger.error({ error }, 'cannot consume from a connector'));
      }
    }),
  );
  stack.use(
    startCreditKeeping({
      ...ports,
      everyMs: CREDITS_MS,
      send: (message) => dispatcher.outbound(message, API_CONNECTOR),
    }),
  );
  const owned = stack.move();
  return {
    status: () => ({ status: 'ok', message: joined.describe() }),
    gauges: () => ({}),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function compose(
  options: Options,
  ports: StartPorts & { readonly catalog: Catalog; readonly stack: AsyncDisposableStack },
): Promise<Dispatcher> {
  const { store, catalog, stack, logger } = ports;
  const log = stack.use(createAppLogWriter(store.logs, logger));
  const apps = appConnectors(options.sandbox_queues);
  const recording = new Set(apps);
  const health = stack.use(watchConnectors({ ...ports, table: () => catalog.table() }));
  return createPlatformDispatcher({
    catalog,
    state: ports.state,
    clock: ports.clock,
    store,
    recorder: store.recorder,
    ends: sealingFor(recording, store, endsOf(ports.ends)),
    connectorOf: createAppQueues(apps),
    isRecordedThere: (connector) => recording.has(connector) || connector.startsWith(smppClientConnector('')),
    readReceiver: createReadReceiver(ports.types, catalog),
    limitsOf: createLimitsOf(ports.types, catalog),
    isUp: (connector) => health.isUp(connector),
    fallbackApp: fallbackAppOf(options),
    tellAuthor: ({ message_id, to_addr }, ref, reason) =>
      log.write({
        ...ref,
        level: 'error',
        text: `a message to ${to_addr} was not sent: ${reason}`,
        message_id,
        fields: { reason: 'route' },
        timestamp: new Date(ports.clock()).toISOString(),
      }),
    charging: createCharging({
      catalog,
      credits: store.credits,
      billing: createBilling({
        catalog,
        credits: store.credits,
        countSegments: createSegmentCounts(ports.types, catalog),
        logger,
      }),
    }),
    wired: await wireConnectors(options, { ...ports, catalog }),
    middleware: ports.middleware,
    logger,
  });
}

/** Secret answers lie sealed in the queues of apps; what leads elsewhere is none. */
function sealingFor(
  apps: ReadonlySet<string>,
  { accountKeys }: Pick<Store, 'accountKeys'>,
  ends: DispatcherEnds,
): DispatcherEnds {
  return {
    ...ends,
    publishInbound: (connector, message) =>
      apps.has(connector) && isSecretAnswer(message)
        ? sealAnswer(message, accountKeys).then((sealed) => ends.publishInbound(connector, sealed))
        : ends.publishInbound(connector, message),
  };
}

/** Joins what the options name by `route_mappings`; null when that is nothing. */
async function wireConnectors(
  { route_mappings, transport_mappings }: Options,
  ports: StartPorts & { readonly catalog: Catalog; readonly stack: AsyncDisposableStack },
): Promise<WiredConnectors | null> {
  const applications = wiredApplications({ route_mappings });
  const wired = new Set([...Object.keys(route_mappings), ...applications]);
  if (wired.size === 0) return null;
  const transports: string[] = [];
  const listTransports = (): void => {
    const named = [...Object.keys(route_mappings), ...Object.values(transport_mappings)];
    transports.splice(0, transports.length, ...new Set([...ports.catalog.table().transports, ...named]));
  };
  listTransports();
  ports.stack.use(ports.catalog.onReload(listTransports));
  const router = await simpleRouter.create(
    { route_mappings, transport_mappings },
    { ...ports, dispatcher: ports.name, transports, applications },
  );
  return { router, has: (connector) => wired.has(connector) };
}

function wiredApplications({ route_mappings }: Pick<Options, 'route_mappings'>): string[] {
  return [...new Set(Object.values(route_mappings).flat())];
}

interface Wanted {
  readonly transports: ReadonlySet<string>;
  readonly applications: ReadonlySet<string>;
}

function wantedConnectors(options: Options, catalog: Catalog): Wanted {
  const table = catalog.table();
  const transports = new Set([...table.transports, ...Object.keys(options.route_mappings)]);
  const applications = [
    ...appConnectors(options.sandbox_queues),
    API_CONNECTOR,
    ...wiredApplications(options),
    ...table.connectors,
  ];
  return { transports, applications: new Set(applications.filter((name) => !transports.has(name))) };
}

/** What is consumed now. A connector that cannot be joined is tried again at the next change of the store. */
class JoinedConnectors implements AsyncDisposable {
  readonly #dispatcher: Dispatcher;
  readonly #ports: StartPorts;
  readonly #joined = new Map<string, Promise<Subscription[]>>();
  #closed = false;

  constructor(dispatcher: Dispatcher, ports: StartPorts) {
    this.#dispatcher = dispatcher;
    this.#ports = ports;
  }

  async sync({ transports, applications }: Wanted): Promise<void> {
    if (this.#closed) return;
    const options = { ends: this.#ports.ends, prefetch: PREFETCH };
    for (const name of applications) {
      this.#join(`application ${name}`, async () => [await joinApplication(name, this.#dispatcher, options)]);
    }
    for (const name of transports) {
      this.#join(`transport ${name}`, () => joinTransport(name, this.#dispatcher, options));
    }
    await Promise.all(this.#joined.values());
  }

  describe(): string {
    const transports = [...this.#joined.keys()].filter((key) => key.startsWith('transport ')).length;
    return `joins ${transports} transports and ${this.#joined.size - transports} applications`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const joined = await Promise.allSettled(this.#joined.values());
    const open = joined.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    await Promise.all(open.map((subscription) => subscription[Symbol.asyncDispose]()));
  }

  #join(key: string, join: () => Promise<Subscription[]>): void {
    if (this.#joined.has(key)) return;
    const joining = join();
    this.#joined.set(key, joining);
    joining.catch(() => this.#joined.delete(key));
  }
}
