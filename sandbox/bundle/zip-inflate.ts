import { crc32, inflateRaw, type InputType, type ZlibOptions } from 'node:zlib';
import { quoted, refusal } from './refusal.ts';
import type { ZipEntry } from './zip-directory.ts';
import { inMegabytes, ZIP_LIMITS } from './zip-limits.ts';

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** `info` gives the engine, by which we see how much of the input was used; Node's types do not know that. */
const inflateWithInfo = inflateRaw as unknown as (
  input: InputType,
  options: ZlibOptions,
  done: (error: (Error & { code?: string }) | null, result: Inflated) => void,
) => void;

/**
 * Holds the entries to the sizes that they declare, before anything is inflated. Inflating stops at the declared
 * size, so these caps hold for what is in memory as well.
 */
export function checkSizes(entries: readonly ZipEntry[]): void {
  let total = 0;
  for (const { name, size, compressedSize } of entries) {
    if (size > ZIP_LIMITS.ratioFrom && size > ZIP_LIMITS.ratio * compressedSize) {
      throw refusal(
        'ratio',
        `${quoted(name)} grows more than ${ZIP_LIMITS.ratio} times when unpacked. Leave it out.`,
        name,
      );
    }
    if (size > ZIP_LIMITS.file) {
      const limit = inMegabytes(ZIP_LIMITS.file);
      throw refusal(
        'file-too-large',
        `${quoted(name)} is larger than ${limit}. Make it smaller or leave it out.`,
        name,
      );
    }
    total += size;
  }
  if (total > ZIP_LIMITS.total) {
    const limit = inMegabytes(ZIP_LIMITS.total);
    throw refusal(
      'total-too-large',
      `The files of the zip are larger than ${limit} together. Take some out.`,
    );
  }
}

function inflate({ name, compressed, size }: ZipEntry): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    inflateWithInfo(compressed, { maxOutputLength: Math.max(1, size), info: true }, (error, result) => {
      if (error?.code === 'ERR_BUFFER_TOO_LARGE') {
        reject(
          refusal('size-differs', `${quoted(name)} is larger than the zip says. Make the zip anew.`, name),
        );
      } else if (error !== null) {
        reject(
          refusal(
            'compression-damaged',
            `${quoted(name)} is damaged. Make the zip anew and upload it again.`,
            name,
          ),
        );
      } else if (result.engine.bytesWritten !== compressed.length) {
        reject(
          refusal('hidden-bytes', `The zip has bytes after the end of ${quoted(name)}. Make it anew.`, name),
        );
      } else resolve(result.buffer);
    });
  });
}

/** The content of an entry, which is exactly what its header says in size and CRC. Throws `bundle.refused`. */
export async function readContent(entry: ZipEntry): Promise<Buffer> {
  const { name } = entry;
  const content = entry.isDeflated ? await inflate(entry) : entry.compressed;
  if (content.length !== entry.size) {
    throw refusal('size-differs', `${quoted(name)} is smaller than the zip says. Make the zip anew.`, name);
  }
  if (crc32(content) !== entry.crc) {
    throw refusal(
      'crc-differs',
      `${quoted(name)} is damaged: its checksum is wrong. Make the zip anew.`,
      name,
    );
  }
  return content;
}
