import { constants, existsSync, readdirSync, readlinkSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** Postgres is read through its own protocol. */
const ELSEWHERE = new Set(['postgres']);
/** Beside a file: the process that has it open. */
const OWNER = '.pid';

/** The files of a data folder that a backup takes as they are: journals, state, ledgers, the token. Sorted. */
export async function listDataFiles(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile() && !entry.name.endsWith(OWNER))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !ELSEWHERE.has(path.split('/')[0] ?? ''))
    .sort();
}

/** The processes that have files of the folder open. */
export async function findOwners(folder: string): Promise<number[]> {
  if (!existsSync(folder)) return [];
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  const owners = new Set<number>();
  for (const entry of all) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !entry.name.endsWith(OWNER)) continue;
    const pid = Number((await readFile(path, 'utf8').catch(() => '')).trim());
    if (Number.isInteger(pid) && pid > 1 && pid !== process.pid && hasOpen(pid, path.slice(0, -OWNER.length)))
      owners.add(pid);
  }
  return [...owners];
}

/** A process id may be another program's by now. Where the system does not tell what it has open, it is believed. */
function hasOpen(pid: number, file: string): boolean {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0);
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => isLinkTo(join(folder, fd), file));
  } catch {
    return false;
  }
}

function isLinkTo(link: string, file: string): boolean {
  try {
    return readlinkSync(link) === file;
  } catch {
    return false;
  }
}

/** Copies files, each with its rights; those that went meanwhile are left out. Answers the paths that were copied. */
export async function copyFiles(from: string, to: string, paths: readonly string[]): Promise<string[]> {
  const copied: string[] = [];
  for (const path of paths) {
    const [source, target] = [join(from, path), join(to, path)];
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const isThere = await stat(source).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    copied.push(path);
  }
  return copied;
}
