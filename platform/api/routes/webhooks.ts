import {
  nameSchema,
  sleep,
  VumiError,
  webhookSecretSchema,
  webhookSettingsSchema,
  type WebhookSettings,
} from '@vumi/core';
import { DELIVERY_STATES, type Webhook, type WebhookDelivery } from '@vumi/store';
import { z } from 'zod';
import { type Access, accountScope, actorOf, platformScope } from '../access.ts';
import { jsonBody, optionalJsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountOf, namedParams, pageOfQuery, pageQuery, present } from '../query.ts';
import { pageOf } from '../resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';
import {
  deliveryEventSchema,
  madeWebhookSchema,
  redeliveredSchema,
  webhookDeliverySchema,
  webhookSchema,
} from '../webhook-resources.ts';

const MASK = '***';
const DAY_S = 86_400;
const LOOK_MS = 100;
/** How much longer than the receiver may take a test is waited for. */
const SPARE_MS = 3000;

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'use ISO 8601, such as 2026-11-22T08:00:00Z')
  .transform((text) => new Date(text).toISOString());
const deliveryId = z.string().min(1).max(100);

/** Whose receivers the routes of a path are about. */
interface Place {
  readonly path: '/accounts/:account/webhooks' | '/alerts/receivers';
  readonly read: Access;
  readonly write: Access;
  /** What their owner says of them; what is not said has its default. */
  readonly settings: z.ZodObject;
  readonly fixed: Partial<WebhookSettings>;
  /** Of operation ids. */
  readonly name: 'Webhook' | 'AlertReceiver';
  /** One of them, for people. */
  readonly one: string;
  /** What setting one does. */
  readonly sets: string;
}

const OF_ACCOUNT: Place = {
  path: '/accounts/:account/webhooks',
  read: accountScope('webhooks:read'),
  write: accountScope('webhooks:write'),
  settings: webhookSettingsSchema,
  fixed: {},
  name: 'Webhook',
  one: 'a webhook',
  sets: "Tell a receiver of the account's messages by HTTP, or change how",
};
const OF_PLATFORM: Place = {
  path: '/alerts/receivers',
  read: platformScope('alerts:read'),
  write: platformScope('alerts:write'),
  settings: webhookSettingsSchema.omit({ events: true, app: true, transport: true }),
  fixed: { events: ['alert'] },
  name: 'AlertReceiver',
  one: 'a receiver of alerts',
  sets: 'Tell a receiver of all alerts, or change how',
};

function bodyOf({ settings }: Place) {
  return jsonBody(
    settings.extend({
      secret: webhookSecretSchema
        .optional()
        .describe("The receiver's own; absent: it keeps the secret that it has, and a new one gets one"),
    }),
  );
}

/** Settings of which each may be left away, and none has a default then. */
function changesOf({ settings }: Place) {
  return z
    .strictObject(
      Object.fromEntries(
        Object.entries(settings.shape).map(([name, schema]): [string, z.ZodType] => [
          name,
          (schema instanceof z.ZodDefault
            ? (schema.unwrap() as z.ZodType)
            : (schema as z.ZodType)
          ).optional(),
        ]),
      ),
    )
    .refine((given) => Object.keys(given).length > 0, 'give what is to be changed');
}

function paramsOf({ path }: Place) {
  return path === '/alerts/receivers' ? z.strictObject({ name: nameSchema }) : namedParams;
}

const rotation = z.strictObject({
  overlap_seconds: z
    .int()
    .min(0)
    .max(30 * DAY_S)
    .default(DAY_S)
    .describe('For how long deliveries are signed with the secret before as well. Default: 86400'),
  secret: webhookSecretSchema.optional().describe("The receiver's own; default: one that is made"),
});

const again = z.strictObject({
  from: instant.describe('Those that were made not before this instant'),
  to: instant.optional().describe('And before this instant'),
  status: z
    .enum(['delivered', 'dead', 'all'])
    .default('dead')
    .describe('Which: those that were given up (the default), those that were taken, or both'),
});

const deliveriesQuery = pageQuery.extend({
  status: z.enum(DELIVERY_STATES).optional(),
  event: deliveryEventSchema.optional(),
  message_id: z.string().max(200).optional().describe('Only those of this message'),
  from: instant.optional().describe('Made not before this instant'),
  to: instant.optional().describe('Made before this instant'),
});

const ANSWER = { description: 'The webhook', schema: webhookSchema };
const MADE = { description: 'The webhook, with its secret if one was made', schema: madeWebhookSchema };

/** Of accounts, and of the platform: those hear of alerts alone. */
export function webhookRoutes(ports: ApiPorts): Route[] {
  const makers = [settingRoutes, readRoutes, secretRoutes, deliveryRoutes, againRoutes];
  return [OF_ACCOUNT, OF_PLATFORM].flatMap((place) => makers.flatMap((routesOf) => routesOf(ports, place)));
}

function settingRoutes({ store }: ApiPorts, place: Place): Route[] {
  const params = paramsOf(place);
  const path = `${place.path}/:name`;
  return [
    defineRoute({
      method: 'PUT',
      path,
      id: `put${place.name}`,
      audited: 'in its transaction',
      summary: place.sets,
      access: place.write,
      params,
      body: bodyOf(place),
      answers: { 200: MADE, 201: MADE },
      handle: async ({ params: { name, ...where }, body, caller }) => {
        const { secret, ...given } = body as WebhookSettings & { secret?: string };
        refuseMasks(given);
        const settings = webhookSettingsSchema.parse({ ...given, ...place.fixed });
        const made = await store.webhooks.put(accountOf(where), name, { settings, secret }, actorOf(caller));
        return { status: made.created ? 201 : 200, json: showMade(made) };
      },
    }),
    defineRoute({
      method: 'PATCH',
      path,
      id: `change${place.name}`,
      audited: 'in its transaction',
      summary: `Change some settings of ${place.one}, such as {"active": false}`,
      access: place.write,
      params,
      body: jsonBody(changesOf(place)),
      answers: { 200: ANSWER },
      handle: async ({ params: { name, ...where }, body, caller }) => {
        const changes = body as Partial<WebhookSettings>;
        refuseMasks(changes);
        const settings = { ...settingsOf(await store.webhooks.get(accountOf(where), name)), ...changes };
        return ok(
          showWebhook(
            (await store.webhooks.put(accountOf(where), name, { settings }, actorOf(caller))).webhook,
          ),
        );
      },
    }),
    defineRoute({
      method: 'DELETE',
      path,
      id: `delete${place.name}`,
      audited: 'in its transaction',
      summary: `Forget ${place.one}, with its deliveries`,
      access: place.write,
      params,
      answers: { 204: { description: 'Nothing is delivered any more' } },
      handle: async ({ params: { name, ...where }, caller }) => {
        await store.webhooks.remove(accountOf(where), name, actorOf(caller));
        return done;
      },
    }),
  ];
}

function readRoutes({ store }: ApiPorts, place: Place): Route[] {
  const params = paramsOf(place);
  const path = `${place.path}/:name`;
  return [
    defineRoute({
      method: 'GET',
      path: place.path,
      id: `list${place.name}s`,
      summary:
        place === OF_ACCOUNT
          ? 'List the webhooks of an account, and how their receivers do'
          : "List the platform's receivers of alerts, and how they do",
      access: place.read,
      params: params.omit({ name: true }),
      query: pageQuery,
      answers: { 200: { description: 'Webhooks', schema: pageOf(webhookSchema) } },
      handle: async ({ params: given, query }) => {
        const page = await store.webhooks.list(accountOf(given), pageOfQuery(query));
        return ok({ ...page, items: page.items.map(showWebhook) });
      },
    }),
    defineRoute({
      method: 'GET',
      path,
      id: `get${place.name}`,
      summary: `Show ${place.one}, and how it does`,
      access: place.read,
      params,
      answers: { 200: ANSWER },
      handle: async ({ params: { name, ...where } }) =>
        ok(showWebhook(await store.webhooks.get(accountOf(where), name))),
    }),
  ];
}

function secretRoutes({ store }: ApiPorts, place: Place): Route[] {
  const params = paramsOf(place);
  const path = `${place.path}/:name`;
  return [
    defineRoute({
      method: 'POST',
      path: `${path}/rotate`,
      id: `rotate${place.name}Secret`,
      audited: 'in its transaction',
      summary: 'Sign with another secret; for a while with the one before as well',
      access: place.write,
      params,
      body: optionalJsonBody(rotation),
      answers: { 200: MADE },
      handle: async ({ params: { name, ...where }, body, caller }) =>
        ok(showMade(await store.webhooks.rotateSecret(accountOf(where), name, body, actorOf(caller)))),
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/test`,
      id: `test${place.name}`,
      summary: 'Make a delivery that tells of nothing, once, and say what came of it',
      access: place.write,
      params,
      answers: {
        200: { description: 'The delivery: delivered or dead', schema: webhookDeliverySchema },
        202: { description: 'It was not made yet: look again', schema: webhookDeliverySchema },
      },
      handle: async ({ params: { name, ...where }, signal }) => {
        const { timeout } = await store.webhooks.get(accountOf(where), name);
        const id = await store.webhooks.test(accountOf(where), name);
        const look = (): Promise<WebhookDelivery> => store.webhooks.delivery(accountOf(where), name, id);
        let delivery = await look();
        for (
          let left = timeout * 1000 + SPARE_MS;
          left > 0 && delivery.status === 'pending';
          left -= LOOK_MS
        ) {
          await sleep(LOOK_MS, signal);
          delivery = await look();
        }
        return { status: delivery.status === 'pending' ? 202 : 200, json: delivery };
      },
    }),
  ];
}

function deliveryRoutes({ store }: ApiPorts, place: Place): Route[] {
  const params = paramsOf(place);
  const path = `${place.path}/:name`;
  return [
    defineRoute({
      method: 'GET',
      path: `${path}/deliveries`,
      id: `list${place.name}Deliveries`,
      summary: `Deliveries of ${place.one}, newest first: of 7 days, and of 30 those that were given up`,
      access: place.read,
      params,
      query: deliveriesQuery,
      answers: { 200: { description: 'Deliveries', schema: pageOf(webhookDeliverySchema) } },
      handle: async ({ params: { name, ...where }, query: { cursor, limit, ...filters } }) =>
        ok(
          await store.webhooks.deliveries(accountOf(where), name, {
            ...present(filters),
            ...pageOfQuery({ cursor, limit }),
          }),
        ),
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/deliveries/:id`,
      id: `get${place.name}Delivery`,
      summary: 'One delivery with its last outcome',
      access: place.read,
      params: params.extend({ id: deliveryId }),
      answers: { 200: { description: 'The delivery', schema: webhookDeliverySchema } },
      handle: async ({ params: { name, id, ...where } }) =>
        ok(await store.webhooks.delivery(accountOf(where), name, id)),
    }),
  ];
}

function againRoutes({ store }: ApiPorts, place: Place): Route[] {
  const params = paramsOf(place);
  const path = `${place.path}/:name`;
  return [
    defineRoute({
      method: 'POST',
      path: `${path}/deliveries/:id/redeliver`,
      id: place.name === 'Webhook' ? 'redeliver' : 'redeliverAlert',
      summary: 'Make a delivery again that was taken or given up, under its id; 409 while it is under way',
      access: place.write,
      params: params.extend({ id: deliveryId }),
      answers: { 202: { description: 'The delivery, pending', schema: webhookDeliverySchema } },
      handle: async ({ params: { name, id, ...where } }) => {
        await store.webhooks.redeliver(accountOf(where), name, { id });
        return { status: 202, json: await store.webhooks.delivery(accountOf(where), name, id) };
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/redeliver`,
      id: place.name === 'Webhook' ? 'redeliverAll' : 'redeliverAlerts',
      summary: 'Make all deliveries of a time again that were given up, or taken, under their ids',
      access: place.write,
      params,
      body: jsonBody(again),
      answers: { 202: { description: 'How many', schema: redeliveredSchema } },
      handle: async ({ params: { name, ...where }, body }) => ({
        status: 202,
        json: { deliveries: await store.webhooks.redeliver(accountOf(where), name, body) },
      }),
    }),
  ];
}

function settingsOf(webhook: Webhook): WebhookSettings {
  const names = Object.keys(webhookSettingsSchema.shape) as (keyof WebhookSettings)[];
  return webhookSettingsSchema.parse(Object.fromEntries(names.map((name) => [name, webhook[name]])));
}

/** Without what only the receiver is to know. */
function showWebhook(webhook: Webhook): Omit<Webhook, 'id'> {
  const { id: _, ...shown } = webhook;
  const url = new URL(shown.url);
  if (url.password !== '') url.password = MASK;
  const headers = Object.fromEntries(Object.keys(shown.headers).map((name) => [name, MASK]));
  return { ...shown, url: url.password === '' ? shown.url : url.href, headers };
}

function showMade({ webhook, secret }: { webhook: Webhook; secret: string | null }) {
  return { ...showWebhook(webhook), ...(secret === null ? {} : { secret }) };
}

/** What was shown is not what is kept. */
function refuseMasks({ url, headers = {} }: Partial<WebhookSettings>): void {
  const masked = Object.entries(headers).find(([, value]) => value === MASK)?.[0];
  const field = masked === undefined ? 'url' : `headers.${masked}`;
  if (masked === undefined && (url === undefined || URL.parse(url)?.password !== MASK)) return;
  throw new VumiError(
    'request.invalid',
    `"${field}" has "${MASK}", which stands for what is not shown: write what is meant`,
    {
      field,
    },
  );
}
