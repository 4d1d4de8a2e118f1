/** Everything in the account. Who has it also makes tokens: whoever makes tokens may be anything. */
export const WHOLE_ACCOUNT = 'account';
/** All that can be read in the account. */
const WHOLE_ACCOUNT_READ = 'account:read';
/** Everything. */
export const ADMIN_SCOPE = 'admin';
/** All that can be read, of the platform and of all accounts. */
const PLATFORM_READ = 'platform:read';

/** What a token may be for, one resource at a time. `write` reads what it writes. */
const RESOURCE_SCOPES = [
  'settings:read',
  'settings:write',
  'apps:read',
  'apps:deploy',
  'apps:write',
  'messages:read',
  'messages:send',
  'messages:write',
  'contacts:read',
  'contacts:write',
  'routes:read',
  'routes:write',
  'transports:read',
  'smpp_clients:read',
  'tagpools:read',
  'tagpools:write',
  'webhooks:read',
  'webhooks:write',
  'interfaces:read',
  'interfaces:write',
  'failures:read',
  'failures:write',
  'phone:write',
  'metrics:read',
  'alerts:read',
  'credits:read',
  'credits:buy',
  'tokens:read',
  'audit:read',
] as const;

/** What a token of an account may be for. */
export const ACCOUNT_SCOPES = [WHOLE_ACCOUNT, WHOLE_ACCOUNT_READ, ...RESOURCE_SCOPES] as const;
export type AccountScope = (typeof ACCOUNT_SCOPES)[number];

/** What only tokens of the platform may be for; they may also be for one resource of all accounts. */
const PLATFORM_ONLY_SCOPES = [
  ADMIN_SCOPE,
  PLATFORM_READ,
  'status:read',
  'accounts:write',
  'transports:write',
  'numbers:write',
  'smpp_clients:write',
  'workers:write',
  'simulators:write',
  'alerts:write',
  'prices:read',
  'prices:write',
  'credits:write',
] as const;
export const PLATFORM_SCOPES = [...PLATFORM_ONLY_SCOPES, ...RESOURCE_SCOPES] as const;
export type PlatformScope = (typeof PLATFORM_SCOPES)[number];

export type Scope = AccountScope | PlatformScope;

const DEVELOPER = [
  'settings:read',
  'apps:read',
  'apps:deploy',
  'apps:write',
  'messages:read',
  'messages:send',
  'messages:write',
  'contacts:read',
  'contacts:write',
  'routes:write',
  'transports:read',
  'smpp_clients:read',
  'tagpools:write',
  'webhooks:write',
  'interfaces:write',
  'failures:write',
  'phone:write',
  'metrics:read',
  'alerts:read',
] as const;

/** Named sets of scopes of an account's tokens. What a role may is what it may now, also for tokens of earlier. */
const ACCOUNT_ROLES: Readonly<Record<string, readonly AccountScope[]>> = {
  'role:owner': [WHOLE_ACCOUNT],
  'role:developer': DEVELOPER,
  'role:operator': [
    WHOLE_ACCOUNT_READ,
    'routes:write',
    'webhooks:write',
    'interfaces:write',
    'failures:write',
    'messages:send',
  ],
  'role:sender': ['settings:read', 'transports:read', 'messages:read', 'messages:send'],
  'role:auditor': ['settings:read', 'audit:read', 'tokens:read', 'alerts:read'],
  'role:billing': ['settings:read', 'credits:read', 'credits:buy', 'metrics:read', 'alerts:read'],
};

/** The same of the platform's tokens, in all accounts. */
const PLATFORM_ROLES: Readonly<Record<string, readonly PlatformScope[]>> = {
  'role:administrator': [ADMIN_SCOPE],
  // Without money, tokens and the log of who did what.
  'role:operator': [
    ...DEVELOPER.filter((scope) => !scope.startsWith('contacts:')),
    'status:read',
    'accounts:write',
    'settings:write',
    'transports:write',
    'numbers:write',
    'smpp_clients:write',
    'workers:write',
    'simulators:write',
    'alerts:write',
  ],
  'role:support': [PLATFORM_READ],
  'role:finance': [
    'settings:read',
    'status:read',
    'metrics:read',
    'alerts:read',
    'audit:read',
    'prices:write',
    'credits:write',
    'credits:read',
  ],
};

export const ACCOUNT_ROLE_NAMES = Object.keys(ACCOUNT_ROLES);
export const PLATFORM_ROLE_NAMES = Object.keys(PLATFORM_ROLES);

/** Whether a token of those scopes and roles, of an account or (`account` null) of the platform, is for that scope. */
export function grants(
  { account, scopes }: { readonly account: string | null; readonly scopes: readonly string[] },
  wanted: Scope,
): boolean {
  const roles: Readonly<Record<string, readonly string[]>> =
    account === null ? PLATFORM_ROLES : ACCOUNT_ROLES;
  const has = new Set<string>(scopes.flatMap((scope) => roles[scope] ?? [scope]));
  if (has.has(account === null ? ADMIN_SCOPE : WHOLE_ACCOUNT) || has.has(wanted)) return true;
  if (!wanted.endsWith(':read')) return false;
  const all = account === null ? PLATFORM_READ : WHOLE_ACCOUNT_READ;
  return has.has(all) || has.has(wanted.replace(/:read$/, ':write'));
}
