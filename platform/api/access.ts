import { VumiError } from '@vumi/core';
import type { TokenInfo } from '@vumi/store';

/** Who sends a request, as his token says. `account` null: not bound to one. */
export interface Caller {
  readonly account: string | null;
  readonly scopes: readonly string[];
  /** Absent for a page of an app and for nobody. */
  readonly token?: Pick<TokenInfo, 'id' | 'label' | 'configured' | 'expires_at'>;
}

/** The caller as the audit trail names him. */
export function actorOf({ account, token }: Caller): string {
  if (token === undefined) return account ?? 'nobody';
  if (token.configured) return 'administrator';
  return `${account === null ? 'administrator' : `account "${account}"`}, token "${token.label}" (${token.id})`;
}

/** What a route asks of its caller. `scope` null: no token needed. */
export interface Access {
  readonly scope: string | null;
  /** Who sends no token is let in, too, and sees less. */
  readonly optional?: boolean;
  /** Throws when the caller may not; `params` are those of the path. */
  check(caller: Caller, params: Readonly<Record<string, unknown>>): void;
}

/** What an account's token may be for. `account` is everything in the account. */
export const ACCOUNT_SCOPES = ['account', 'account:read', 'apps:deploy', 'messages:send'] as const;
export type AccountScope = (typeof ACCOUNT_SCOPES)[number];

export const ADMIN_SCOPE = 'admin';

export const everybody: Access = { scope: null, check: () => {} };

export function isAdministrator(caller: Caller): boolean {
  return caller.account === null && caller.scopes.includes(ADMIN_SCOPE);
}

export const administrator: Access = {
  scope: ADMIN_SCOPE,
  check: (caller) => {
    if (!isAdministrator(caller)) {
      throw new VumiError(
        'auth.forbidden',
        "this needs an administrator's token; yours is bound to an account",
      );
    }
  },
};

/**
 * A token of the account that the path names, with the scope; or an administrator's. Other accounts are not there for
 * the holder of a token, whether they exist or not: the answer is the same 404.
 */
export function accountScope(scope: AccountScope): Access {
  return {
    scope,
    check: (caller, params) => {
      if (isAdministrator(caller)) return;
      const named = params['account'];
      if (typeof named === 'string' && named !== caller.account) throw noSuchAccount(named);
      if (!caller.scopes.includes('account') && !caller.scopes.includes(scope)) {
        throw new VumiError(
          'auth.forbidden',
          `this needs a token with the scope "${scope}"; yours has ${caller.scopes.join(', ') || 'none'}`,
        );
      }
    },
  };
}

/** As `accountScope` for who sends a token; nobody needs one. */
export function optionalScope(scope: AccountScope): Access {
  return { ...accountScope(scope), optional: true };
}

function noSuchAccount(name: string): VumiError {
  return new VumiError(
    'not_found',
    `there is no account "${name}" for this token; GET /api/v1/accounts lists those it opens`,
  );
}

/** The token of an Authorization header. */
export function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '') {
    throw new VumiError('auth.missing_token', 'send your token as "Authorization: Bearer <token>"');
  }
  const match = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization);
  if (match?.[1] === undefined) {
    throw new VumiError('auth.wrong_token', 'the Authorization header must read "Bearer <token>"');
  }
  return match[1];
}
