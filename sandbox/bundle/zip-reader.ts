import { checkNames, isMacOsLeftover } from './entry-names.ts';
import { readZipDirectory } from './zip-directory.ts';
import { checkSizes, readContent } from './zip-inflate.ts';

export interface UnpackedZip {
  /** Content by path, in the order of the zip. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Paths of the folders that are entries of their own, without the slash at the end. */
  readonly folders: ReadonlySet<string>;
  /** Whether macOS has put files of its own beside the author's, which are left out. */
  readonly hasMacOsLeftovers: boolean;
}

/** Unpacks an untrusted zip in memory. Throws `bundle.refused`. */
export async function readZip(zip: Buffer): Promise<UnpackedZip> {
  const entries = readZipDirectory(zip);
  checkNames(entries.map(({ name }) => name));
  checkSizes(entries);
  const files = new Map<string, Buffer>();
  const folders = new Set<string>();
  let hasMacOsLeftovers = false;
  for (const entry of entries) {
    const content = await readContent(entry);
    if (isMacOsLeftover(entry.name)) hasMacOsLeftovers = true;
    else if (entry.isFolder) folders.add(entry.name.slice(0, -1));
    else files.set(entry.name, content);
  }
  return { files, folders, hasMacOsLeftovers };
}
