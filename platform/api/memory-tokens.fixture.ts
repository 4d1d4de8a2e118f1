import type { Store, TokenInfo } from '@vumi/store';
import { found, paged } from './memory-page.fixture.ts';

const CREATED = '2026-11-22T08:00:00.000Z';

const BLANK = {
  account: null,
  label: '',
  scopes: [],
  created_by: '',
  created_at: CREATED,
  expires_at: null,
  expired: false,
  last_used_at: null,
  configured: false,
};

/** Tokens in memory. A token's text is `token-` and its number, and its id is its text. */
export function memoryTokens(tell: () => Promise<void>): Store['tokens'] {
  const tokens = new Map<string, TokenInfo>();
  let made = 0;
  const own = (account: string | null, id: string): TokenInfo =>
    found(
      [...tokens.values()].find((info) => info.id === id && info.account === account),
      `token ${id}`,
    );
  const put = async (token: string, change: Partial<TokenInfo>): Promise<TokenInfo> => {
    const info: TokenInfo = { ...BLANK, id: token, ...tokens.get(token), ...change };
    tokens.set(token, info);
    await tell();
    return info;
  };
  const issue: Store['tokens']['issue'] = async ({ account, label, scopes, expires_at = null }, actor) => {
    const token = `token-${++made}`;
    const given = { account, label, scopes: [...scopes], expires_at, created_by: actor };
    return { token, info: await put(token, given) };
  };
  const revoke = async (account: string | null, id: string): Promise<void> => {
    tokens.delete(own(account, id).id);
    await tell();
  };
  return {
    issue,
    revoke,
    verify: async (token) => tokens.get(token) ?? null,
    list: async (account, page) =>
      paged(
        [...tokens.values()].filter((info) => info.account === account),
        page,
      ),
    change: async (account, id, { label, expires_at }) =>
      put(own(account, id).id, {
        ...(label === undefined ? {} : { label }),
        ...(expires_at === undefined ? {} : { expires_at }),
      }),
    rotate: async (account, id, { overlap_seconds: overlap }, actor) => {
      const next = await issue(own(account, id), actor);
      if (overlap === 0) await revoke(account, id);
      return next;
    },
    alive: async (ids) => {
      const valid = new Set([...tokens.values()].filter((one) => !one.expired).map(({ id }) => id));
      return [...ids].filter((id) => valid.has(id));
    },
    configure: async (token) => {
      const { id } = await put(token, { label: 'administrator', scopes: ['admin'], configured: true });
      return { id, replaced: false };
    },
    configured: async () => null,
  };
}
