import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, type Logger } from '@vumi/core';
import type { Store } from '@vumi/store';

/** What a process says of itself when another one was started with another token after it. */
export const SUPERSEDED =
  "it was started with another administrator's token than the one that is valid now: give all processes the same VUMI_ADMIN_TOKEN, and start this one again";

export interface AdminToken {
  readonly token: string;
  /** Whether this start made it: then it is shown once. */
  readonly fresh: boolean;
  /** The file that keeps it, or null when it was given from outside. */
  readonly file: string | null;
}

/** The administrator's token as the database knows it. */
export interface ValidAdminToken {
  /** Of the token of this process. */
  readonly id: string;
  /** Of the one that is valid now. */
  validId(): string | null;
  /** Changes with the token that is valid, and is the same in every process. */
  pageSecret(): string;
}

/**
 * Makes the token of this process the one that is valid, and stays aware of whether it still is: of processes that are
 * started with different ones the last wins, and the others say so.
 */
export async function validateAdminToken(
  { token }: Pick<AdminToken, 'token'>,
  store: Pick<Store, 'tokens' | 'onChange'>,
  logger: Logger,
): Promise<ValidAdminToken & Disposable> {
  const { id, replaced } = await store.tokens.configure(token);
  if (replaced)
    logger.warn({}, "the administrator's token is another one now: the one before is no longer valid");
  let valid = await store.tokens.configured();
  const look = async (): Promise<void> => {
    const before = valid?.id;
    valid = await store.tokens.configured();
    if (before === id && valid?.id !== id) logger.error({ process: process.pid }, SUPERSEDED);
  };
  const subscription = store.onChange(({ what }) =>
    what === 'tokens'
      ? look().catch((error: unknown) =>
          logger.warn({ reason: errorText(error) }, "cannot look which administrator's token is valid"),
        )
      : undefined,
  );
  return {
    id,
    validId: () => valid?.id ?? null,
    pageSecret: () => valid?.hash ?? token,
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  };
}

/** The administrator's token: given, kept from an earlier start, or made now and kept for its owner's eyes only. */
export async function obtainAdminToken(config: {
  readonly admin_token?: string | undefined;
  readonly data_dir: string;
}): Promise<AdminToken> {
  if (config.admin_token !== undefined) return { token: config.admin_token, fresh: false, file: null };
  const file = join(config.data_dir, 'admin-token');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept.trim() !== '') return { token: kept.trim(), fresh: false, file };
  const token = `vumi_${randomBytes(24).toString('hex')}`;
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return { token, fresh: true, file };
}
