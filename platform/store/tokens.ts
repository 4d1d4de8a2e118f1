import { createHash, randomBytes } from 'node:crypto';
import { requireAccount } from './accounts.ts';
import type { Database } from './database.ts';
import type { TokenInfo } from './records.ts';
import type { Tokens } from './store.ts';

/** So that a token is known for one wherever it turns up. */
const PREFIX = 'vumi_';
const SECRET_BYTES = 32;

export function openTokens(database: Database): Tokens {
  const insert = async (token: string, info: Omit<TokenInfo, 'scopes'> & { scopes: readonly string[] }) => {
    await database.query(
      `insert into tokens (hash, account, label, scopes) values ($1, $2, $3, $4)
       on conflict (hash) do update set label = excluded.label, scopes = excluded.scopes`,
      [hashToken(token), info.account, info.label, info.scopes],
    );
  };
  return {
    async issue({ account, label, scopes }) {
      if (account !== null) await requireAccount(database, account);
      const token = PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
      await insert(token, { account, label, scopes });
      return { token, info: { account, label, scopes: [...scopes] } };
    },
    async verify(token) {
      const [info] = await database.query<TokenInfo>(
        'select account, label, scopes from tokens where hash = $1',
        [hashToken(token)],
      );
      return info ?? null;
    },
    ensure: (token, { label, scopes }) => insert(token, { account: null, label, scopes }),
  };
}

/** Tokens are long and random, so that a plain hash cannot be turned back. */
function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
