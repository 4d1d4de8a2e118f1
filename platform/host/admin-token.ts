import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config-schema.ts';

export interface AdminToken {
  readonly token: string;
  /** Whether this start made it: then it is shown once. */
  readonly fresh: boolean;
  /** The file that keeps it, or null when it was given from outside. */
  readonly file: string | null;
}

/** The administrator's token: given, kept from an earlier start, or made now and kept for its owner's eyes only. */
export async function obtainAdminToken(config: Config): Promise<AdminToken> {
  if (config.admin_token !== undefined) return { token: config.admin_token, fresh: false, file: null };
  const file = join(config.data_dir, 'admin-token');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept.trim() !== '') return { token: kept.trim(), fresh: false, file };
  const token = `vumi_${randomBytes(24).toString('hex')}`;
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return { token, fresh: true, file };
}
