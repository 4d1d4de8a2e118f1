import {
  junebugDestinationSchema,
  newId,
  VumiError,
  type JunebugDestination,
  type JunebugRouter,
} from '@vumi/core';
import type { HttpAnswer, HttpRequest } from '@vumi/http';
import type { ServedInterface } from '@vumi/store';
import { z } from 'zod';
import type { Door, Operator } from '../dialect.ts';
import { isFaults } from './body.ts';
import { settingsIn } from './channels.ts';
import { listOf } from './channel-transport.ts';
import { errors, refusal, result, type JunebugError } from './envelope.ts';
import { answerMessages } from './messages.ts';
import {
  readDestinationChange,
  readNewDestination,
  readNewRouter,
  readRouterChange,
  ROUTER_TYPE,
  type DestinationChange,
  type RouterChange,
} from './router-body.ts';

/** What is asked of routers: `/routers/:id/destinations/:destination…`. */
export interface RouterPath {
  /** The router, which is called as its channel; null: all of them. */
  readonly id: string | null;
  /** Null: the router itself. */
  readonly destinations: { readonly id: string | null; readonly rest: string } | null;
}

/** Null: it is no path of routers. */
export function readRouterPath(path: string): RouterPath | null {
  const found = /^\/routers(?:\/([^/]+)(?:\/(destinations)(?:\/([^/]+)(\/.*)?)?)?)?$/.exec(path);
  if (found === null) return null;
  const [, id = null, destinations, destination = null, rest = ''] = found;
  return { id, destinations: destinations === undefined ? null : { id: destination, rest } };
}

const NOT_SO: JunebugError = { type: 'ApiUsageError', message: 'Routers do nothing of the kind' };

/** What somebody asks who looks after the channels of an account. A router is kept with its channel. */
export async function answerRouters(
  request: HttpRequest,
  { operator, path }: { readonly operator: Operator; readonly path: RouterPath },
  door: Door,
): Promise<HttpAnswer> {
  try {
    const answer =
      path.id === null
        ? await answerAll(request, operator)
        : await answerOne(request, { operator, id: path.id, path, door });
    return answer ?? errors(405, 'method not allowed', [NOT_SO]);
  } catch (error) {
    return routerRefusal(error);
  }
}

/** What becomes of messages by a destination of a channel's router; null: there is nothing of the kind. */
export async function answerDestination(
  request: HttpRequest,
  { own, path }: { readonly own: ServedInterface; readonly path: RouterPath },
  door: Door,
): Promise<HttpAnswer | null> {
  const { id = null, rest = '' } = path.destinations ?? {};
  if (id === null || !rest.startsWith('/messages')) return null;
  try {
    const destination = destinationOf(own, routerOf(own), id);
    const character_limit = destination.character_limit ?? own.character_limit;
    return await answerMessages(request, { own: { ...own, character_limit }, rest }, door);
  } catch (error) {
    return routerRefusal(error);
  }
}

/** In words of Junebug. */
const FAULTS = {
  router: [404, 'router not found', 'RouterNotFound'],
  router_config: [400, 'invalid router config', 'InvalidRouterConfig'],
  destination: [404, 'destination not found', 'DestinationNotFound'],
  destination_config: [400, 'invalid router destination config', 'InvalidRouterDestinationConfig'],
} as const;

function fault(field: keyof typeof FAULTS, message: string): VumiError {
  return new VumiError(FAULTS[field][0] === 404 ? 'not_found' : 'request.invalid', message, { field });
}

function routerRefusal(error: unknown): HttpAnswer {
  const known = Object.entries(FAULTS).find(([field]) => error instanceof VumiError && error.field === field);
  if (!(error instanceof VumiError) || known === undefined) return refusal(error);
  const [status, description, type] = known[1];
  return errors(status, description, [{ type, message: error.message }]);
}

interface OfRouter {
  readonly operator: Operator;
  readonly own: ServedInterface;
  readonly router: JunebugRouter;
}

async function channelNamed(operator: Operator, id: string): Promise<ServedInterface | null> {
  const { account } = operator;
  try {
    await operator.call('getInterface', { params: { account, name: id } });
  } catch (error) {
    if (error instanceof VumiError && error.code === 'not_found') return null;
    throw error;
  }
  return operator.find(id);
}

function routerOf(own: Pick<ServedInterface, 'name' | 'router'>): JunebugRouter {
  if (own.router === null) throw fault('router', `Router with ID ${own.name} cannot be found`);
  return own.router;
}

async function routerNamed(operator: Operator, id: string): Promise<OfRouter> {
  const own = await channelNamed(operator, id);
  if (own === null) throw fault('router', `Router with ID ${id} cannot be found`);
  return { operator, own, router: routerOf(own) };
}

function destinationOf(
  { name }: Pick<ServedInterface, 'name'>,
  { destinations }: JunebugRouter,
  id: string,
): JunebugDestination {
  const found = destinations.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw fault('destination', `Cannot find destination with ID ${id} for router ${name}`);
}

async function save(
  { operator, own }: Omit<OfRouter, 'router'>,
  router: JunebugRouter | null,
): Promise<void> {
  const { account } = operator;
  const body = { ...settingsIn(own), router };
  await operator.call('putInterface', { params: { account, name: own.name }, body });
}

const routedSchema = z.object({ name: z.string(), dialect: z.string(), router: z.unknown() });

async function answerAll({ method, body }: HttpRequest, operator: Operator): Promise<HttpAnswer | null> {
  if (method === 'GET') {
    const { account } = operator;
    const all = await listOf(operator, routedSchema, 'listInterfaces', { params: { account } });
    const routed = all.filter(({ dialect, router }) => dialect === 'junebug' && router !== null);
    return result(200, 'routers retrieved', routed.map(({ name }) => name).sort());
  }
  if (method !== 'POST') return null;
  const asked = readNewRouter(body);
  if (isFaults(asked)) return badBody(asked);
  const { channel } = asked.config;
  const own = await channelNamed(operator, channel);
  if (own === null) throw fault('router_config', `Channel ${channel} does not exist`);
  if (own.message_url !== null)
    throw fault('router_config', `Channel ${channel} already has a destination specified`);
  if (own.router !== null)
    throw fault('router_config', `Router ${channel} is already routing channel ${channel}`);
  const router = changed({ label: null, metadata: {}, destinations: [] }, asked);
  await save({ operator, own }, router);
  return result(201, 'router created', showRouter(own, router));
}

function badBody(faults: readonly JunebugError[]): HttpAnswer {
  const isType = faults.some(({ type }) => type === 'InvalidRouterType');
  return errors(400, isType ? 'invalid router type' : 'api usage error', faults);
}

interface AskedOfRouter {
  readonly operator: Operator;
  readonly id: string;
  readonly path: RouterPath;
  readonly door: Door;
}

async function answerOne(
  request: HttpRequest,
  { operator, id, path, door }: AskedOfRouter,
): Promise<HttpAnswer | null> {
  const found = await routerNamed(operator, id);
  if (path.destinations === null) return manageRouter(request, found);
  if (path.destinations.id === null) return answerDestinations(request, found);
  if (path.destinations.rest === '') return manageDestination(request, found, path.destinations.id);
  if (!operator.maySend)
    throw new VumiError('auth.forbidden', 'this needs a token with the scope "messages:send"');
  return answerDestination(request, { own: found.own, path }, door);
}

async function manageRouter({ method, body }: HttpRequest, found: OfRouter): Promise<HttpAnswer | null> {
  const { own, router } = found;
  if (method === 'GET') return result(200, 'router found', showRouter(own, router));
  if (method === 'DELETE') {
    await save(found, null);
    return result(200, 'router deleted', {});
  }
  if (method !== 'PUT' && method !== 'PATCH') return null;
  const asked = method === 'PUT' ? readNewRouter(body) : readRouterChange(body);
  if (isFaults(asked)) return badBody(asked);
  const channel = asked.config?.channel ?? own.name;
  if (channel !== own.name)
    throw fault('router_config', `A router stays with its channel: make one for channel ${channel}`);
  const before = method === 'PUT' ? { ...router, label: null, metadata: {} } : router;
  const after = changed(before, asked);
  await save(found, after);
  return result(200, 'router updated', showRouter(own, after));
}

function changed(router: JunebugRouter, { label, metadata }: RouterChange): JunebugRouter {
  return {
    ...router,
    ...(label === undefined ? {} : { label }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function showRouter({ name }: Pick<ServedInterface, 'name'>, { label, metadata }: JunebugRouter): object {
  return { id: name, type: ROUTER_TYPE, label, metadata, config: { channel: name } };
}

async function answerDestinations(
  { method, body }: HttpRequest,
  found: OfRouter,
): Promise<HttpAnswer | null> {
  const { destinations } = found.router;
  if (method === 'GET') return result(200, 'destinations retrieved', destinations.map(({ id }) => id).sort());
  if (method !== 'POST') return null;
  const asked = readNewDestination(body);
  if (isFaults(asked)) return badBody(asked);
  const made = destinationWith({ id: newId() }, asked);
  await save(found, { ...found.router, destinations: [...destinations, made] });
  return result(201, 'destination created', showDestination(made));
}

async function manageDestination(
  { method, body }: HttpRequest,
  found: OfRouter,
  id: string,
): Promise<HttpAnswer | null> {
  const { router, own } = found;
  const known = destinationOf(own, router, id);
  if (method === 'GET') return result(200, 'destination found', showDestination(known));
  const others = router.destinations.filter((one) => one.id !== id);
  if (method === 'DELETE') {
    await save(found, { ...router, destinations: others });
    return result(200, 'destination deleted', {});
  }
  if (method !== 'PUT' && method !== 'PATCH') return null;
  const asked = method === 'PUT' ? readNewDestination(body) : readDestinationChange(body);
  if (isFaults(asked)) return badBody(asked);
  const after = destinationWith(method === 'PUT' ? { id } : known, asked);
  await save(found, { ...router, destinations: [...others, after] });
  return result(200, 'destination updated', showDestination(after));
}

/** What is not said stays as it was. */
function destinationWith(
  before: object,
  { amqp_queue: _none, config, ...asked }: DestinationChange,
): JunebugDestination {
  const { success, data, error } = junebugDestinationSchema.safeParse({ ...before, ...asked, ...config });
  if (success) return data;
  const said = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw fault('destination_config', said.join('; '));
}

/** The token is for the program alone. */
function showDestination({
  id,
  label,
  metadata,
  mo_url,
  character_limit,
  ...config
}: JunebugDestination): object {
  const { regular_expression, default: isDefault } = config;
  return {
    id,
    label,
    metadata,
    config: { regular_expression, default: isDefault },
    mo_url,
    amqp_queue: null,
    character_limit,
  };
}
