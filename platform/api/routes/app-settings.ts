import { z } from 'zod';
import { accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { appParams } from '../query.ts';
import { secretSchema } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

const configSchema = z.record(z.string(), z.unknown());
const secretParams = appParams.extend({
  name: z
    .string()
    .regex(
      /^[A-Za-z_][A-Za-z0-9_.-]{0,62}$/,
      'use 1 to 63 letters, digits, "_", "-" or ".", starting with a letter or "_"',
    ),
});
const secretBody = jsonBody(z.strictObject({ value: z.string().min(1).max(16_384) }));

export function appSettingRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: '/accounts/:account/apps/:app/config',
      id: 'setConfig',
      summary: "Replace the app's configuration (app.config)",
      access: accountScope('apps:write'),
      params: appParams,
      body: jsonBody(configSchema),
      answers: { 200: { description: 'The configuration', schema: configSchema } },
      handle: async ({ params, body }) => {
        await store.apps.setConfig(params, body);
        return ok(body);
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/accounts/:account/apps/:app/secrets/:name',
      id: 'setSecret',
      summary: 'Set a secret of the app (app.secrets); nobody is shown it again',
      access: accountScope('apps:write'),
      params: secretParams,
      body: secretBody,
      answers: { 200: { description: 'The name of the secret', schema: secretSchema } },
      handle: async ({ params: { name, ...ref }, body }) => {
        await store.apps.setSecret(ref, name, body.value);
        return ok({ ...ref, name });
      },
    }),
  ];
}
