import { routingKey, VumiError } from '@vumi/core';
import { defineWorker, type WorkerPorts } from '@vumi/runtime';
import { z } from 'zod';
import type { Router } from '../router.ts';
import { findRouter } from '../routers/find-router.ts';
import { watchConnectors, type ConnectorWatch } from './connector-watch.ts';
import { PREFETCH } from './joining.ts';
import { runDispatcher } from './run-dispatcher.ts';

const names = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [...new Set(typeof given === 'string' ? [given] : given)]);

export const prefetchOption = z
  .union([z.null().transform(() => 0), z.coerce.number().int().min(0).max(10_000)])
  .default(PREFETCH)
  .describe(
    `Messages of one queue that are on their way at once; null or 0: as many as there are. Default: ${PREFETCH}`,
  );

const routerSchema = z
  .looseObject({ type: z.string().describe('A type of router, or a file such as ./my-router.ts') })
  .optional()
  .describe('The router and its options; in place of router_class and options beside it');

/** Options that are not the dispatcher's are its router's, which knows them all. */
const configSchema = z.looseObject({
  transport_names: names.describe('Connectors of transports'),
  exposed_names: names.describe('Connectors of applications'),
  router_class: z
    .string()
    .optional()
    .describe('A type of router, one of Vumi’s class names, or a file; its options stand beside it'),
  router: routerSchema,
  amqp_prefetch_count: prefetchOption,
});
type DispatcherConfig = z.infer<typeof configSchema>;

/** Vumi's BaseDispatchWorker (spec vumi-core §3), with any router of the registry or of a file. */
export const dispatcherWorker = defineWorker({
  type: 'dispatcher',
  aliases: ['vumi.dispatchers.BaseDispatchWorker', 'vumi.dispatchers.base.BaseDispatchWorker'],
  summary: 'moves messages between transports and applications as a router decides',
  configSchema,
  placement: 'shared',
  needs: [],
  takesMiddleware: true,
  ends: ({ transport_names, exposed_names }) => ({
    receiveInbound: transport_names,
    receiveOutbound: exposed_names,
  }),
  async start(config, ports) {
    const { transport_names: transports, exposed_names: applications, amqp_prefetch_count } = config;
    await using stack = new AsyncDisposableStack();
    const queueOf = (name: string): string =>
      routingKey(name, transports.includes(name) ? 'outbound' : 'inbound');
    const watch = stack.use(watchConnectors(ports.broker, queueOf));
    const router = await openRouter(config, ports, watch);
    await watch.looked();
    const dispatcher = stack.use(
      await runDispatcher(router, { transports, applications, prefetch: amqp_prefetch_count }, ports),
    );
    const owned = stack.move();
    return { ...dispatcher, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  },
});

async function openRouter(
  config: DispatcherConfig,
  ports: WorkerPorts,
  { isUp }: Pick<ConnectorWatch, 'isUp'>,
): Promise<Router> {
  const { transport_names, exposed_names, router_class, router, amqp_prefetch_count: _, ...beside } = config;
  const { type = router_class, ...within } = router ?? {};
  if (type === undefined) {
    const text = 'say by "router_class", or by "router: {type: …}", which router decides';
    throw new VumiError('config.invalid', text, { field: 'router_class' });
  }
  const found = await findRouter(type);
  return found.create(router === undefined ? beside : within, {
    dispatcher: ports.name,
    transports: transport_names,
    applications: exposed_names,
    state: ports.state,
    clock: ports.clock,
    random: ports.random,
    logger: ports.logger,
    isUp,
  });
}
