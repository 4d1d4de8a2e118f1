import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { bearerToken, type Access, type Caller } from '@vumi/api';
import {
  grantableScopes,
  grantCommand,
  isGrantedScope,
  NUMBER_SCOPE,
  PAGE_AUDIENCES,
  VumiError,
  type GrantedScope,
  type PageAudience,
  type PageScope,
} from '@vumi/core';
import type { Frontend, Frontends } from './frontend.ts';
import { verifyToken } from './frontend-token.ts';
import { visitorOf, type Visitor } from './links.ts';
import { refuseOtherOrigins } from './origin.ts';
import type { HostingPorts } from './ports.ts';
import { memberOf, type Member } from './sign-in.ts';
import { requireSite, type Site } from './site.ts';

/** Who has opened a page, and what of that which the account grants it has now. */
export interface Standing {
  readonly site: Site;
  readonly frontend: Frontend;
  readonly member: Member | null;
  readonly visitor: Visitor | null;
  readonly granted: readonly PageScope[];
}

/** Somebody at a page who may do something: a member with everybody, a user with himself. */
export type Power =
  | { readonly audience: 'members'; readonly member: string }
  | { readonly audience: 'links'; readonly user: string };

/** The holder of a page's token. */
export class PageCaller implements Caller {
  readonly account: string;
  /** Those of the token. */
  readonly scopes: readonly string[];
  readonly standing: Standing;

  constructor(standing: Standing, scopes: readonly string[]) {
    this.account = standing.site.ref.account;
    this.scopes = scopes;
    this.standing = standing;
  }
}

/** Grants are read for pages that ask for any. */
export async function readStanding(
  who: Pick<Standing, 'site' | 'member' | 'visitor'>,
  ports: HostingPorts,
  frontends: Frontends,
): Promise<Standing> {
  const frontend = await frontends.of(who.site);
  const granted = frontend.asked.length === 0 ? [] : await ports.grants.held(who.site.ref);
  return { ...who, frontend, granted };
}

/** The holder of a page's token, at the origin that it was issued for. */
export async function authenticatePage(
  request: IncomingMessage,
  ports: HostingPorts,
  frontends: Frontends,
): Promise<PageCaller> {
  refuseOtherOrigins(request.headers, ports.secure);
  const site = requireSite(request.headers.host, ports);
  const at = { ...site.ref, version: site.version, host: site.host };
  const token = bearerToken(request.headers.authorization);
  const claims = verifyToken(token, ports.tokenSecret, at, ports.clock);
  const member = claims.sign_in === null ? null : await memberOf(request.headers, site, ports);
  const visitor = claims.visit === null ? null : await visitorOf(request.headers, site, ports);
  mustBe(markOf(member), claims.sign_in);
  mustBe(markOf(visitor), claims.visit);
  return new PageCaller(await readStanding({ site, member, visitor }, ports, frontends), claims.scopes);
}

/** What a token of somebody's may do ends with his sign-in or link, and is of no use without its cookie. */
function mustBe(mark: string | null, claimed: string | null): void {
  if (mark === claimed) return;
  throw new VumiError(
    'auth.expired_token',
    'nobody is signed in here with this token any more; POST /api/v1/token gives another',
  );
}

/** Tells sign-ins and openings of links apart without telling their secrets. */
export function markOf(held: { readonly secret: string } | null): string | null {
  return held === null ? null : hash('sha256', held.secret, 'base64url');
}

/** The scopes of a token for whoever stands so. */
export function scopesOf(standing: Standing): string[] {
  const { frontend, member, visitor } = standing;
  const granted = frontend.asked.map(({ scope }) => scope);
  return [
    ...frontend.scopes,
    ...(member === null ? [] : frontend.memberScopes),
    ...(visitor?.scopes.filter((scope) => !isGrantedScope(scope)) ?? []),
    ...[...new Set(granted)].filter((scope) => powerOf(standing, scope) !== null),
  ];
}

/** A route for whoever has that scope by the app's vumi.json, by the account's grant, and by his own sign-in or link. */
export function grantedAccess(scope: GrantedScope): Access {
  return { scope, check: (caller) => void requirePower(caller, scope) };
}

/** As it is now, whatever the token says. Throws `auth.forbidden`, saying what is missing. */
export function requirePower(caller: Caller, scope: GrantedScope): Power {
  const { standing, scopes } = pageOf(caller);
  const power = powerOf(standing, scope);
  if (power === null) {
    const grant = grantCommand(standing.site.ref, scope);
    throw new VumiError('auth.forbidden', whyNot(standing, scope), { details: { scope, grant } });
  }
  if (scopes.includes(scope)) return power;
  throw new VumiError(
    'auth.expired_token',
    'this page may do more since this token was made; POST /api/v1/token gives another',
  );
}

/** Whether numbers are to be shown in full to whoever has this power. */
export function showsNumbers(caller: Caller, { audience }: Power): boolean {
  const { standing, scopes } = pageOf(caller);
  return scopes.includes(NUMBER_SCOPE) && holds(standing, { audience, scope: NUMBER_SCOPE });
}

export function pageOf(caller: Caller): PageCaller {
  if (caller instanceof PageCaller) return caller;
  throw new TypeError('a route of pages was called by somebody else');
}

function powerOf(standing: Standing, scope: GrantedScope): Power | null {
  const { member, visitor } = standing;
  if (member !== null && holds(standing, { audience: 'members', scope }))
    return { audience: 'members', member: member.name };
  if (visitor !== null && holds(standing, { audience: 'links', scope }))
    return { audience: 'links', user: visitor.user };
  return null;
}

/** Whether somebody of the audience is there, the version asks for the scope, and the account grants it. */
function holds(standing: Standing, wanted: PageScope): boolean {
  const { frontend, granted } = standing;
  return isThere(standing, wanted) && has(frontend.asked, wanted) && has(granted, wanted);
}

function isThere({ member, visitor }: Standing, { audience, scope }: PageScope): boolean {
  return audience === 'members' ? member !== null : visitor?.scopes.includes(scope) === true;
}

function has(scopes: readonly PageScope[], wanted: PageScope): boolean {
  return scopes.some(({ audience, scope }) => audience === wanted.audience && scope === wanted.scope);
}

/** For the author of the page, who reads it in the console of his browser. */
function whyNot(standing: Standing, scope: GrantedScope): string {
  const { site, frontend } = standing;
  const possible = PAGE_AUDIENCES.filter((audience) => grantableScopes(audience).includes(scope));
  const asked = possible.filter((audience) => has(frontend.asked, { audience, scope }));
  if (asked.length === 0) {
    const where = possible.map((audience) => `"frontend": { "${audience}": { "scopes": ["${scope}"] } }`);
    return `this page needs ${scope}, for which its vumi.json does not ask: ${where.join(', or ')}`;
  }
  const there = asked.filter((audience) => isThere(standing, { audience, scope }));
  if (there.length === 0) return `this page needs ${scope}: ${asked.map(whoIsMissing(scope)).join(', or ')}`;
  return `this page needs ${scope}, which is not granted: an owner of the account does so with "${grantCommand(site.ref, scope)}"`;
}

function whoIsMissing(scope: GrantedScope): (audience: PageAudience) => string {
  return (audience) =>
    audience === 'members'
      ? 'who opens it has to be signed in ("npx vumi app invite")'
      : `it has to be opened by app.link(path, { scopes: ["${scope}"] })`;
}
