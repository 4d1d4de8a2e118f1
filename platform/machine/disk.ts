import { statfs } from 'node:fs/promises';

const LOOK_MS = 10_000;

/** How full the file system of a folder is. */
export interface DiskReading {
  /** 0 to 1, of what others than root may fill. */
  readonly free_share: number;
  readonly free_bytes: number;
}

/** Looks at a folder's file system again and again. Disposal ends that. */
export interface DiskWatch extends Disposable {
  /** As it was when it was looked at last; null: that is not known. */
  reading(): DiskReading | null;
}

/** Never rejects: a folder that cannot be looked at has no reading. */
export async function readDisk(folder: string): Promise<DiskReading | null> {
  try {
    const { bsize, blocks, bavail, bfree } = await statfs(folder);
    const mine = blocks - bfree + bavail;
    return { free_share: mine === 0 ? 0 : bavail / mine, free_bytes: bavail * bsize };
  } catch {
    return null;
  }
}

export async function watchDisk(folder: string): Promise<DiskWatch> {
  let last = await readDisk(folder);
  const look = (): void => void readDisk(folder).then((reading) => (last = reading));
  const timer = setInterval(look, LOOK_MS).unref();
  return { reading: () => last, [Symbol.dispose]: () => clearInterval(timer) };
}
