import {
  interfaceSettingsSchema,
  VumiError,
  type InterfaceSettings,
  type JunebugDestination,
} from '@vumi/core';
import type { Interface } from '@vumi/store';
import { accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import { interfaceSchema } from '../interface-resources.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, namedParams, pageOfQuery, pageQuery } from '../query.ts';
import { pageOf } from '../resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';

const MASK = '***';
const ANSWER = { description: 'The interface', schema: interfaceSchema };

export function interfaceRoutes({ store }: Pick<ApiPorts, 'store'>): Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: '/accounts/:account/interfaces/:name',
      id: 'putInterface',
      tells: ({ dialect, active, transport }) => ({ dialect, active, transport }),
      summary:
        'Open a door of the account for programs that were written for another gateway, or change it. They sign in with a token of the account that is labelled as it is and may messages:send',
      access: accountScope('interfaces:write'),
      params: namedParams,
      body: jsonBody(interfaceSettingsSchema),
      answers: { 200: ANSWER, 201: { ...ANSWER, description: 'A new interface' } },
      handle: async ({ params, body }) => {
        refuseMasks(body);
        const made = await store.interfaces.put(params.account, params.name, body);
        return { status: made.created ? 201 : 200, json: show(made.interface) };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/interfaces',
      id: 'listInterfaces',
      summary: 'List the interfaces of an account',
      access: accountScope('interfaces:read'),
      params: accountParams,
      query: pageQuery,
      answers: { 200: { description: 'Interfaces', schema: pageOf(interfaceSchema) } },
      handle: async ({ params, query }) => {
        const page = await store.interfaces.list(params.account, pageOfQuery(query));
        return ok({ ...page, items: page.items.map(show) });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/interfaces/:name',
      id: 'getInterface',
      summary: 'One interface',
      access: accountScope('interfaces:read'),
      params: namedParams,
      answers: { 200: ANSWER },
      handle: async ({ params }) => ok(show(await store.interfaces.get(params.account, params.name))),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/interfaces/:name',
      id: 'deleteInterface',
      summary: 'Close an interface and forget it, with the routes that lead to it',
      access: accountScope('interfaces:write'),
      params: namedParams,
      answers: { 204: { description: 'Deleted' } },
      handle: async ({ params }) => {
        await store.interfaces.remove(params.account, params.name);
        return done;
      },
    }),
  ];
}

/** Without what only the program behind the URLs is to know. */
function show(found: Interface): Interface {
  const { message_url, event_url, status_url, auth_token, router } = found;
  return {
    ...found,
    message_url: masked(message_url),
    event_url: masked(event_url),
    status_url: masked(status_url),
    auth_token: auth_token === null ? null : MASK,
    router: router === null ? null : { ...router, destinations: router.destinations.map(showDestination) },
  };
}

function showDestination(destination: JunebugDestination): JunebugDestination {
  const { mo_url, mo_url_auth_token } = destination;
  return {
    ...destination,
    mo_url: masked(mo_url),
    mo_url_auth_token: mo_url_auth_token === null ? null : MASK,
  };
}

/** Only where there is a password: a URL that is written anew may lose what it was written with, such as "%p". */
function masked(text: string | null): string | null {
  const password = text === null ? '' : (URL.parse(text)?.password ?? '');
  return password === '' ? text : (text?.replace(`:${password}@`, `:${MASK}@`) ?? null);
}

const URLS = ['message_url', 'event_url', 'status_url'] as const;

/** What was shown is not what is kept. */
function refuseMasks(settings: InterfaceSettings): void {
  const destinations = settings.router?.destinations ?? [];
  const secrets: readonly (readonly [field: string, isMask: boolean])[] = [
    ['auth_token', settings.auth_token === MASK],
    ...URLS.map((field) => [field, hasMask(settings[field])] as const),
    ['router', destinations.some((one) => one.mo_url_auth_token === MASK || hasMask(one.mo_url))],
  ];
  const field = secrets.find(([, isMask]) => isMask)?.[0];
  if (field === undefined) return;
  const text = `"${field}" has "${MASK}", which stands for what is not shown: write what is meant`;
  throw new VumiError('request.invalid', text, { field });
}

function hasMask(url: string | null): boolean {
  return URL.parse(url ?? '')?.password === MASK;
}
