import { VumiError } from '@vumi/core';
import type { TokenInfo } from '@vumi/store';
import { ADMIN_SCOPE, grants, type AccountScope, type PlatformScope, type Scope } from './scopes.ts';

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

export const everybody: Access = { scope: null, check: () => {} };

/** Whether the caller acts for the platform, not for an account, and may do that. */
export function ofPlatform(caller: Caller, scope: Scope): boolean {
  return caller.account === null && grants(caller, scope);
}

/** A token of the platform with the scope. */
export function platformScope(scope: PlatformScope): Access {
  return {
    scope,
    check: (caller) => {
      if (caller.account !== null) {
        throw new VumiError(
          'auth.forbidden',
          "this needs an administrator's token; yours is bound to an account",
        );
      }
      requireScope(caller, scope);
    },
  };
}

/** A token that is for everything. */
export const administrator: Access = platformScope(ADMIN_SCOPE);

/**
 * A token of the account that the path names, with the scope; or one of the platform with it. Other accounts are not there
 * for the holder of a token, whether they exist or not: the answer is the same 404.
 */
export function accountScope(scope: AccountScope): Access {
  return {
    scope,
    check: (caller, params) => {
      const named = params['account'];
      const isOther = caller.account !== null && typeof named === 'string' && named !== caller.account;
      if (isOther) throw noSuchAccount(named);
      requireScope(caller, scope);
    },
  };
}

/** As `accountScope` for who sends a token; nobody needs one. */
export function optionalScope(scope: AccountScope): Access {
  return { ...accountScope(scope), optional: true };
}

function requireScope(caller: Caller, scope: Scope): void {
  if (grants(caller, scope)) return;
  throw new VumiError(
    'auth.forbidden',
    `this needs a token with the scope "${scope}"; yours has ${caller.scopes.join(', ') || 'none'}`,
  );
}

function noSuchAccount(name: string): VumiError {
  return new VumiError(
    'not_found',
    `there is no account "${name}" for this token; GET /api/v1/accounts lists those it opens`,
  );
}

/** The token of an Authorization header: a Bearer's, or the name of Basic, which is all that some dashboards can send. */
export function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '') {
    throw new VumiError('auth.missing_token', 'send your token as "Authorization: Bearer <token>"');
  }
  const match = /^(Bearer|Basic) +([\x21-\x7e]+) *$/i.exec(authorization);
  const [, scheme, value = ''] = match ?? [];
  const token = scheme?.toLowerCase() === 'basic' ? nameOfBasic(value) : value;
  if (token === '') {
    throw new VumiError('auth.wrong_token', 'the Authorization header must read "Bearer <token>"');
  }
  return token;
}

function nameOfBasic(credentials: string): string {
  return /^([\x21-\x39\x3b-\x7e]+):/.exec(Buffer.from(credentials, 'base64').toString('latin1'))?.[1] ?? '';
}
