import {
  grantableScopes,
  isGrantedScope,
  scopesAsked,
  VumiError,
  type AppRef,
  type StateWrite,
} from '@vumi/core';
import { secondsOf } from '@vumi/sdk/talks';
import { z } from 'zod';
import { defineCall } from '../resources/resource-call.ts';
import type { TurnScope } from '../resources/turn-scope.ts';
import { userOf } from '../turns/effects-commit.ts';
import {
  hashOf,
  LINK_START,
  linkKey,
  linkSchema,
  openLinksKey,
  PAGES_AT,
  pinHash,
  placeSchema,
  questionSchema,
  readOpenLinks,
  VISIT_MS,
  type OpenLinks,
  type PageLink,
} from './page-link.ts';

const LONGEST_S = 7 * 86_400;
/** Links of one user that can be opened at once; a new one ends the oldest. */
const MOST_OPEN = 20;
const MOST_SCOPES = 10;

/** A path of the app's own: what begins with two slashes would be another host. */
const path = z
  .string()
  .max(512)
  .regex(/^\/(?![/\\])[\x21-\x7e]*$/, 'a path of the page, such as "/photo", without spaces and in ASCII');
const GRANTABLE = grantableScopes('links');
const scope = z
  .string()
  .max(256)
  .regex(
    new RegExp(`^(?:user:(?:read(?::.+)?|write:.+)|${GRANTABLE.join('|')})$`),
    `use "user:read", "user:read:<key>" or "user:write:<key>"; or what vumi.json asks for: ${GRANTABLE.join(', ')}`,
  )
  .refine((text) => !/^user:\w+:vumi:/.test(text), 'keys that begin with "vumi:" are the platform\'s');
const expires = z.string().transform((text, context) => {
  try {
    const seconds = secondsOf(text);
    if (seconds <= LONGEST_S) return seconds;
    context.addIssue({ code: 'custom', message: 'a link can be opened for 7 days at most' });
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
  return z.NEVER;
});

const asked = z.strictObject({
  path,
  expires: expires.prefault('1 hour'),
  pin: z
    .string()
    .regex(/^\d{4,8}$/, '4 to 8 digits, as a string')
    .nullable()
    .default(null),
  scopes: z.array(scope).max(MOST_SCOPES).default([]),
  talk: placeSchema.nullable().default(null),
  question: questionSchema.nullable().default(null),
});

/** The address under which the app's page is reached. */
async function pageUrl(turn: TurnScope, { account, app }: AppRef): Promise<string> {
  const found = await turn.state.get(PAGES_AT);
  if (found !== null) return found.replace('{app}', `${account}--${app}`);
  throw new VumiError(
    'request.invalid',
    'no process of this platform serves pages: start one with the role api',
  );
}

function userInHand({ origin }: TurnScope): string {
  const user = userOf(origin);
  if (user !== null) return user;
  throw new VumiError(
    'request.invalid',
    'there is no user here: app.link belongs to onMessage, to conversations, and to onSchedule for a user',
  );
}

/** What the account grants is asked for in vumi.json, where it is seen before anybody gets a link. */
function refuseUnasked(scopes: readonly string[], { app }: TurnScope): void {
  const asked = new Set(
    scopesAsked(app.manifest)
      .filter(({ audience }) => audience === 'links')
      .map((one) => one.scope),
  );
  const missing = scopes.find((one) => isGrantedScope(one) && !asked.has(one));
  if (missing === undefined) return;
  throw new VumiError(
    'request.invalid',
    `vumi.json does not ask for "${missing}": write "frontend": { "links": { "scopes": ["${missing}"] } }`,
  );
}

/** As this run has left it. Nothing may be awaited between this and `keepOpen`. */
function openNow({ effects }: TurnScope, key: string, stored: string | null): OpenLinks {
  const own = effects.writes.get(key);
  if (own === undefined) return readOpenLinks(stored);
  return own.op === 'set' ? readOpenLinks(own.value) : {};
}

function keepOpen({ effects, now }: TurnScope, key: string, open: OpenLinks): void {
  const good = Object.entries(open)
    .filter(([, until]) => until > now)
    .sort(([, one], [, other]) => one - other)
    .slice(-MOST_OPEN);
  const last = good.at(-1);
  effects.mustRun();
  const write: StateWrite =
    last === undefined
      ? { op: 'delete', key }
      : { op: 'set', key, value: JSON.stringify(Object.fromEntries(good)), ttlMs: last[1] - now };
  effects.writes.set(key, write);
}

async function make(args: z.infer<typeof asked>, turn: TurnScope): Promise<{ url: string }> {
  const { origin, effects, now, app } = turn;
  const { ref } = origin;
  const user = userInHand(turn);
  refuseUnasked(args.scopes, turn);
  const code = turn.drawLink(origin.id, effects.nextLink());
  const key = openLinksKey(ref, user);
  const [url, stored] = await Promise.all([pageUrl(turn, ref), turn.state.get(key)]);
  const id = hashOf(code);
  const ttlMs = 1000 * args.expires;
  const { pin, ...rest } = args;
  const link: PageLink = {
    ...ref,
    ...rest,
    version: app.version,
    user,
    made: now,
    expires: now + ttlMs,
    scopes: args.question === null ? args.scopes : [...args.scopes, 'answer'],
    pin: pin === null ? null : pinHash(code, pin),
  };
  keepOpen(turn, key, { ...openNow(turn, key, stored), [id]: link.expires + VISIT_MS });
  const at = linkKey(ref, id);
  effects.writes.set(at, { op: 'set', key: at, value: JSON.stringify(link), ttlMs });
  return { url: `${url}l/${code}` };
}

/** Links from a phone to the app's page (spec authoring §9). */
export const LINK_CALLS = {
  'links.make': defineCall(asked, make),

  'links.keep': defineCall(z.strictObject({}), (_args, { effects }) => {
    for (const [key, write] of effects.writes) {
      if (!key.startsWith(LINK_START) || write.op !== 'set') continue;
      const link = { ...linkSchema.parse(JSON.parse(write.value)), talk: null };
      effects.writes.set(key, { ...write, value: JSON.stringify(link) });
    }
  }),

  'links.revoke': defineCall(z.strictObject({}), (_args, turn) => {
    keepOpen(turn, openLinksKey(turn.origin.ref, userInHand(turn)), {});
  }),
} as const;
