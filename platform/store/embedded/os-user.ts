import { stat } from 'node:fs/promises';

/** Whom Postgres' processes run as, where that is not us. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** Every system has it, and it owns nothing. */
const NOBODY: OsUser = { uid: 65534, gid: 65534 };

/**
 * Null for an ordinary user, whose processes Postgres accepts. It refuses root: then the owner of the data, if there
 * is data (the folder may have been made before somebody said sudo), else nobody.
 */
export async function pickOsUser(data: string): Promise<OsUser | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(data).catch(() => null);
  return owner === null || owner.uid === 0 ? NOBODY : { uid: owner.uid, gid: owner.gid };
}

/** For `spawn` and its relatives. */
export function spawnAs(user: OsUser | null): { uid?: number; gid?: number } {
  return user === null ? {} : { uid: user.uid, gid: user.gid };
}
