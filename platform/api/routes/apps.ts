import { TALK_POLICIES } from '@vumi/core';
import type { App, AppVersion } from '@vumi/store';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { optionalJsonBody, zipBody } from '../body.ts';
import { keywordWarnings } from '../keyword-warnings.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, appParams, flag, pageOfQuery, pageQuery } from '../query.ts';
import { appSchema, deploymentSchema, pageOf, versionSchema } from '../resources.ts';
import { rolloutPlanSchema } from '../rollout-resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';
import { grantWarnings } from './page-grants.ts';

const versionParams = appParams.extend({ version: z.coerce.number().int().positive() });
const talks = z
  .enum(TALK_POLICIES)
  .optional()
  .describe(
    'What becomes of conversations that are open on earlier versions: pin, they end there (default); move, they go on with this version where they fit it; restart, those that do not fit it begin again',
  );
const deployQuery = z.strictObject({
  activate: flag(true).describe('false: store the version, the active one stays'),
  self_test: flag(true).describe("false: do not have the conversation of the bundle's transcript.json first"),
  talks,
  prove_talks: flag(true).describe('false: do not try open conversations with the new version'),
});

const activationBody = optionalJsonBody(
  z.strictObject({
    percent: z
      .int()
      .min(1)
      .max(100)
      .default(100)
      .describe('Below 100: a second live version beside the active one, with this share of new sessions'),
    rollout: rolloutPlanSchema.optional(),
    talks,
  }),
);

/** Everything about apps and their versions; settings and logs have files of their own. */
export function appRoutes(ports: ApiPorts): Route[] {
  return [deployRoute(ports), ...readRoutes(ports), ...changeRoutes(ports)];
}

function deployRoute(ports: ApiPorts): Route {
  return defineRoute({
    method: 'PUT',
    path: '/accounts/:account/apps/:app',
    id: 'deployApp',
    summary: 'Deploy a bundle as a new version and activate it; makes the app when it is new',
    access: accountScope('apps:deploy'),
    params: appParams,
    query: deployQuery,
    body: zipBody,
    answers: {
      201: { description: 'The new version', schema: deploymentSchema },
      200: { description: 'The same bundle was deployed before: that version', schema: deploymentSchema },
    },
    handle: async ({ params, query, body }) => {
      const {
        version,
        created,
        warnings,
        talks: proof,
      } = await ports.deploy(params, body, {
        activate: query.activate,
        selfTest: query.self_test,
        talks: query.talks,
        proveTalks: query.prove_talks,
      });
      const ofGrants = await grantWarnings(ports.store, params, version);
      const ofKeywords = await keywordWarnings(ports, params, keywordsOf(version));
      return {
        status: created ? 201 : 200,
        json: {
          ...showVersion(version),
          url: ports.appUrl(params),
          warnings: [...warnings, ...ofGrants, ...ofKeywords],
          talks: proof,
        },
      };
    },
  });
}

/** What its vumi.json asks for. */
function keywordsOf({ manifest }: AppVersion): readonly string[] {
  return z.array(z.string()).catch([]).parse(manifest['keywords']);
}

function readRoutes(ports: ApiPorts): Route[] {
  const { store } = ports;
  const showApp = (app: App) => ({
    account: app.account,
    app: app.app,
    active_version: app.active_version,
    rollout: app.rollout,
    config: app.config,
    secrets: app.secrets,
    url: ports.appUrl(app),
    created_at: app.created_at,
  });
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps',
      id: 'listApps',
      summary: 'List the apps of an account',
      access: accountScope('apps:read'),
      params: accountParams,
      query: pageQuery,
      answers: { 200: { description: 'Apps', schema: pageOf(appSchema) } },
      handle: async ({ params, query }) => {
        const page = await store.apps.list(params.account, pageOfQuery(query));
        return ok({ ...page, items: page.items.map(showApp) });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app',
      id: 'getApp',
      summary: 'One app, with its configuration',
      access: accountScope('apps:read'),
      params: appParams,
      answers: { 200: { description: 'The app', schema: appSchema } },
      handle: async ({ params }) => ok(showApp(await store.apps.get(params))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app/versions',
      id: 'listVersions',
      summary: 'List the versions of an app, newest first',
      access: accountScope('apps:read'),
      params: appParams,
      query: pageQuery,
      answers: { 200: { description: 'Versions', schema: pageOf(versionSchema) } },
      handle: async ({ params, query }) => {
        const page = await store.versions.list(params, pageOfQuery(query));
        return ok({ ...page, items: page.items.map(showVersion) });
      },
    }),
  ];
}

function changeRoutes({ store, clock }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts/:account/apps/:app/versions/:version/activate',
      id: 'activateVersion',
      tells: (body) => ({ ...body }),
      summary:
        'Make a version the active one, forward or back, or give it a share of new sessions; open sessions stay on theirs',
      access: accountScope('apps:deploy'),
      params: versionParams,
      body: activationBody,
      answers: { 200: { description: 'The version', schema: versionSchema } },
      handle: async ({ params: { version, ...ref }, body: { rollout: plan, ...how } }) => {
        const made =
          plan === undefined
            ? await store.versions.activate(ref, version, how)
            : await store.rollouts.begin(ref, version, { plan, talks: how.talks, at: clock() });
        return ok(showVersion(made));
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/apps/:app',
      id: 'deleteApp',
      summary: 'Delete an app with its versions and routes; its messages stay in the list',
      access: accountScope('apps:write'),
      params: appParams,
      answers: { 204: { description: 'Deleted' } },
      handle: async ({ params }) => {
        await store.apps.remove(params);
        return done;
      },
    }),
  ];
}

/** What is shown of a manifest, which is the author's own file: what was decided at its deploy. */
const decidedSchema = z.object({
  libraries: z.string().nullable().catch(null),
  libraries_reason: z.string().nullable().catch(null),
});

function showVersion({ manifest, ...version }: AppVersion) {
  return { ...version, ...decidedSchema.parse(manifest) };
}
