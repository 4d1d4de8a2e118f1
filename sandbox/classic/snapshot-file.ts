import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

/** Others than the owner may not write it. */
const WRITABLE_BY_OTHERS = 0o022;
const PRIVATE = 0o600;

const headerSchema = z.strictObject({
  /** All that must be the same beside the inputs: Node, V8, its flags. */
  environment: z.string(),
  /** Hex, of the snapshot with what it was made of. */
  digest: z.string(),
  /** Path and SHA-256 of each file that it was made of. */
  inputs: z.array(z.tuple([z.string(), z.string()])),
});

type Inputs = z.infer<typeof headerSchema>['inputs'];

export interface MadeSnapshot {
  /** Base64. */
  readonly snapshot: string;
  /** Absolute paths. */
  readonly inputs: readonly string[];
}

function sha256(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function digestOf(environment: string, inputs: Inputs, snapshot: string): string {
  return sha256(JSON.stringify([environment, inputs]), '\n', snapshot);
}

function hashAll(paths: readonly string[]): Promise<Inputs> {
  return Promise.all(
    paths.map(async (path) => [path, sha256(await readFile(path))] satisfies [string, string]),
  );
}

/** Whether nobody but us (or root) can have written it. */
async function isOurs(file: string): Promise<boolean> {
  const stats = await lstat(file);
  const isOwn = process.getuid === undefined || stats.uid === process.getuid();
  return stats.isFile() && isOwn && (process.platform === 'win32' || (stats.mode & WRITABLE_BY_OTHERS) === 0);
}

/**
 * A snapshot that an earlier process has kept, as base64. Null when there is none, when it was made by another Node,
 * with other flags or of other files, and when it is not byte for byte what this user has written: V8 trusts what is in
 * a snapshot, so we do not.
 */
export async function readSnapshotFile(file: string, environment: string): Promise<string | null> {
  try {
    if (!(await isOurs(file))) return null;
    const text = await readFile(file, 'latin1');
    const end = text.indexOf('\n');
    const header = headerSchema.parse(JSON.parse(text.slice(0, end)));
    const snapshot = text.slice(end + 1);
    if (header.environment !== environment) return null;
    if (header.digest !== digestOf(environment, header.inputs, snapshot)) return null;
    const inputs = await hashAll(header.inputs.map(([path]) => path));
    return JSON.stringify(inputs) === JSON.stringify(header.inputs) ? snapshot : null;
  } catch {
    return null;
  }
}

/** Keeps a snapshot for the next process: whole or not at all. */
export async function writeSnapshotFile(
  file: string,
  environment: string,
  made: MadeSnapshot,
): Promise<void> {
  const { snapshot } = made;
  const inputs = await hashAll(made.inputs);
  const header = { environment, digest: digestOf(environment, inputs, snapshot), inputs };
  const draft = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(draft, `${JSON.stringify(header)}\n${snapshot}`, {
      mode: PRIVATE,
      flag: 'wx',
      encoding: 'latin1',
    });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
