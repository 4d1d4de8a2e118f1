import {
  grantCommand,
  NUMBER_SCOPE,
  scopesAsked,
  whatPageMay,
  type AppRef,
  type PageScope,
} from '@vumi/core';
import type { AppVersion, Store } from '@vumi/store';
import { z } from 'zod';
import { accountScope, actorOf } from '../access.ts';
import { jsonBody } from '../body.ts';
import {
  grantedScope,
  pageAudience,
  pageGrantsSchema,
  pageNumberUseSchema,
} from '../page-grant-resources.ts';
import type { ApiPorts } from '../ports.ts';
import { appParams, pageOfQuery, pageQuery } from '../query.ts';
import { pageOf } from '../resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';

type GrantStore = Pick<Store, 'apps' | 'versions' | 'pageGrants'>;

const GRANTS = '/accounts/:account/apps/:app/grants';
const onlyFor = pageAudience.optional();

export function pageGrantRoutes(ports: Pick<ApiPorts, 'store'>): Route[] {
  const { store } = ports;
  return [
    defineRoute({
      method: 'GET',
      path: GRANTS,
      id: 'listPageGrants',
      summary: "What the app's page asks for beside the app's state, and what of it is granted",
      access: accountScope('apps:read'),
      params: appParams,
      answers: { 200: { description: 'Scopes, those of members first', schema: pageGrantsSchema } },
      handle: async ({ params }) => ok({ items: await grantsOf(store, params) }),
    }),
    // Who deploys an app and lets people in must not be able to let them at contacts, too: that is the owner's.
    defineRoute({
      method: 'POST',
      path: GRANTS,
      id: 'grantPageScopes',
      audited: 'in its transaction',
      summary: "Grant the app's page scopes for which its active version asks",
      access: accountScope('account'),
      params: appParams,
      body: jsonBody(
        z.strictObject({
          scopes: z.array(grantedScope).min(1).max(20),
          audience: onlyFor.describe('Absent: for each for which it is asked'),
        }),
      ),
      answers: { 200: { description: 'What is granted now', schema: pageGrantsSchema } },
      handle: async ({ params, body, caller }) => {
        await store.pageGrants.grant(params, body, actorOf(caller));
        return ok({ items: await grantsOf(store, params) });
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${GRANTS}/:scope`,
      id: 'withdrawPageScope',
      audited: 'in its transaction',
      summary: "Withdraw a scope from the app's page, at once",
      access: accountScope('apps:write'),
      params: appParams.extend({ scope: grantedScope }),
      query: z.strictObject({ audience: onlyFor.describe('Absent: from both') }),
      answers: { 204: { description: 'Withdrawn' } },
      handle: async ({ params: { scope, ...ref }, query, caller }) => {
        await store.pageGrants.withdraw(ref, { scope, ...query }, actorOf(caller));
        return done;
      },
    }),
    numberUsesRoute(store),
  ];
}

function numberUsesRoute(store: GrantStore): Route {
  return defineRoute({
    method: 'GET',
    path: '/accounts/:account/apps/:app/number-uses',
    id: 'listPageNumberUses',
    summary: "How often the app's page has shown numbers in full, by day and by who saw them",
    access: accountScope('apps:read'),
    params: appParams,
    query: pageQuery,
    answers: { 200: { description: 'Days, the newest first', schema: pageOf(pageNumberUseSchema) } },
    handle: async ({ params, query }) => ok(await store.pageGrants.numberUses(params, pageOfQuery(query))),
  });
}

const nameOf = ({ audience, scope }: PageScope): string => `${audience} ${scope}`;

/** What is granted and not asked for any more was granted a moment ago. */
async function grantsOf(store: GrantStore, ref: AppRef) {
  const { active_version: version } = await store.apps.get(ref);
  const [active, granted] = await Promise.all([
    version === null ? null : store.versions.get(ref, version),
    store.pageGrants.list(ref),
  ]);
  const asked = active === null ? [] : scopesAsked(active.manifest);
  const all = new Map([...asked, ...granted].map((one) => [nameOf(one), one]));
  return Array.from(all.values(), ({ audience, scope }) => {
    const grant = granted.find((one) => one.audience === audience && one.scope === scope);
    return {
      scope,
      audience,
      lets: whatPageMay({ audience, scope }),
      shows_numbers: scope === NUMBER_SCOPE,
      asked: asked.some((one) => one.audience === audience && one.scope === scope),
      granted_at: grant?.granted_at ?? null,
      granted_by: grant?.granted_by ?? null,
    };
  });
}

/** What an author is told of scopes that have no effect yet, or none any more. */
export async function grantWarnings(
  store: Pick<Store, 'pageGrants'>,
  ref: AppRef,
  { manifest, active }: Pick<AppVersion, 'manifest' | 'active'>,
): Promise<string[]> {
  const asked = scopesAsked(manifest);
  if (asked.length === 0) return [];
  const granted = new Set((await store.pageGrants.held(ref)).map(nameOf));
  const then = active ? '' : ' once this version is active';
  return asked
    .filter((one) => !granted.has(nameOf(one)))
    .map(
      ({ audience, scope }) =>
        `its page asks for ${scope} for ${audience}, which is not granted: an owner of the account does so${then} with "${grantCommand(ref, scope)}"`,
    );
}
