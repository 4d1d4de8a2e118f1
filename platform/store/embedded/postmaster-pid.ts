import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What Postgres writes into `postmaster.pid`, one fact per line. */
interface PostmasterPid {
  readonly pid: number;
  /** `starting`, `ready`, `stopping` or, before Postgres wrote one, empty. */
  readonly status: string;
  /** Null before Postgres wrote one. */
  readonly port: number | null;
}

const PORT_LINE = 3;
const STATUS_LINE = 7;

/** Null when the text holds no process id, as while Postgres is writing it. */
function parsePostmasterPid(text: string): PostmasterPid | null {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const port = Number(lines[PORT_LINE]);
  return { pid, status: (lines[STATUS_LINE] ?? '').trim(), port: port > 0 ? port : null };
}

/** Null when no server runs on the data and none was killed there. */
export async function readPostmasterPid(data: string): Promise<PostmasterPid | null> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  return parsePostmasterPid(text);
}

/**
 * The parent's id of a running Postgres on that data; null when the process is gone, is a zombie, or is another
 * program that was given an old process id again.
 */
export async function parentOfServer(pid: number, data: string): Promise<number | null> {
  return process.platform === 'linux' ? parentByProc(pid, data) : parentByPs(pid, data);
}

async function parentByProc(pid: number, data: string): Promise<number | null> {
  try {
    if ((await readlink(`/proc/${pid}/cwd`)) !== data) return null;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets, which may hold anything; state and parent follow.
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(parent);
  } catch {
    return null;
  }
}

async function parentByPs(pid: number, data: string): Promise<number | null> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)]);
    const match = /^\s*(\d+)\s+(.*)$/.exec(stdout.trim());
    return match?.[2]?.includes(` -D ${data} `) === true ? Number(match[1]) : null;
  } catch {
    return null;
  }
}
