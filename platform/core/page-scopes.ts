import { z } from 'zod';

/**
 * Who is at a page of an app: somebody whom its account has invited and who is signed in (`members`), or a user whose phone
 * has opened a link (`links`).
 */
export const PAGE_AUDIENCES = ['members', 'links'] as const;
export type PageAudience = (typeof PAGE_AUDIENCES)[number];

/**
 * What a page may do with the people of its account once the account has granted it (spec authoring §9), and what that
 * lets whom, for whoever grants it. Behind a link it reaches nobody but the link's own user.
 */
const GRANTABLE = {
  members: {
    'contacts:read': "read the account's contacts, with what apps keep of them; numbers are masked",
    'contacts:number': 'see the numbers of people in full',
    'messages:read': 'read what the app and its users have written to each other; numbers are masked',
    'send:contact': "send messages, on the account's bill, to its contacts and to whoever wrote to the app",
  },
  links: {
    'contacts:read': 'read their own contact: name and date of birth',
    'contacts:number': 'see their own number in full',
    'messages:read': 'read what the app and they have written to each other',
    'send:self': "have messages sent to their own phone, on the account's bill",
  },
} as const satisfies Record<PageAudience, Readonly<Record<string, string>>>;

export type GrantedScope = keyof (typeof GRANTABLE)['members'] | keyof (typeof GRANTABLE)['links'];

export const GRANTED_SCOPES = [
  ...new Set(PAGE_AUDIENCES.flatMap((audience) => Object.keys(GRANTABLE[audience]) as GrantedScope[])),
].sort() as [GrantedScope, ...GrantedScope[]];

/** One that shows numbers: whoever grants it is warned, and each use is counted. */
export const NUMBER_SCOPE = 'contacts:number' satisfies GrantedScope;

/** A scope as it is asked for and granted: for one audience, not for the other. */
export interface PageScope {
  readonly audience: PageAudience;
  readonly scope: GrantedScope;
}

export function isGrantedScope(scope: string): scope is GrantedScope {
  return (GRANTED_SCOPES as readonly string[]).includes(scope);
}

/** Those that a page can ask for. */
export function grantableScopes(audience: PageAudience): GrantedScope[] {
  return Object.keys(GRANTABLE[audience]) as GrantedScope[];
}

/** What a scope lets an audience do, as the end of a sentence. */
export function whatPageMay({ audience, scope }: PageScope): string {
  return (GRANTABLE[audience] as Readonly<Record<string, string>>)[scope] ?? '';
}

const scopes = z.looseObject({ scopes: z.array(z.string()).default([]) }).prefault({});
const askingSchema = z.looseObject({
  frontend: z.looseObject({ members: scopes, links: scopes }).prefault({}),
});

/** The scopes that a version's `vumi.json` asks its account for. */
export function scopesAsked(manifest: Readonly<Record<string, unknown>>): PageScope[] {
  const { frontend } = askingSchema.parse(manifest);
  return PAGE_AUDIENCES.flatMap((audience) =>
    grantableScopes(audience)
      .filter((scope) => frontend[audience].scopes.includes(scope))
      .map((scope) => ({ audience, scope })),
  );
}

/** How an owner of the account grants it, for texts. */
export function grantCommand({ account, app }: { account: string; app: string }, scope: string): string {
  return `npx vumi app grant ${app} ${scope} --account ${account}`;
}
