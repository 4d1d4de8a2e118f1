import { readFileSync } from 'node:fs';

const NANOS = 1_000_000;

/** CPU that the first thread of a process has used, in milliseconds; null where the system does not tell. */
export function ownThreadCpuMs(pid: number): number | null {
  try {
    return Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1'), 10) / NANOS;
  } catch {
    return null;
  }
}
