import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorText, parseInput, VumiError } from '@vumi/core';
import { z } from 'zod';

export const MANIFEST = 'manifest.json';
/** Of what a backup looks like; a reader takes the one that it knows. */
const FORMAT = 1;

const fileSchema = z.strictObject({
  /** Within the backup, with `/` between folders. */
  path: z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\\]+$/),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type BackupFile = z.infer<typeof fileSchema>;

const name = z.string().regex(/^[a-z_][a-z0-9_]*$/);
const tableSchema = z.strictObject({
  table: name,
  /** As SQL has them: a word of its own is in quotes. */
  columns: z.array(z.string().regex(/^(?:[a-z_][a-z0-9_]*|"[a-z_][a-z0-9_]*")$/)).min(1),
  rows: z.int().min(0),
  file: z.string(),
});
export type BackupTable = z.infer<typeof tableSchema>;

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  created_at: z.string(),
  /** Where state and messages were: the folder's own files, or servers. */
  state: z.enum(['embedded', 'redis']),
  broker: z.enum(['embedded', 'rabbitmq']),
  /** The schema that the tables are of. */
  migrations: z.array(z.strictObject({ number: z.int(), checksum: z.string() })).readonly(),
  tables: z.array(tableSchema).readonly(),
  sequences: z.array(z.strictObject({ name, value: z.string().regex(/^\d+$/) })).readonly(),
  partitions: z.array(z.strictObject({ table: name, name, from: z.string(), to: z.string() })).readonly(),
  /** Keys of Redis; null: none were asked for. */
  keys: z.int().nullable(),
  files: z.array(fileSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

export type ManifestInput = Omit<Manifest, 'format'>;

export function encodeManifest(manifest: ManifestInput): string {
  return `${JSON.stringify({ format: FORMAT, ...manifest }, null, 2)}\n`;
}

/** Reads what a backup says of itself, and holds its files against that. Throws `config.invalid`. */
export async function readManifest(folder: string): Promise<Manifest> {
  const manifest = parseInput(manifestSchema, await readJson(folder), 'config.invalid');
  for (const file of manifest.files) {
    const found = await describeFile(folder, file.path).catch(() => null);
    if (found?.sha256 === file.sha256) continue;
    const how = found === null ? 'is missing' : 'is not what was written';
    throw new VumiError('config.invalid', `the backup is damaged: ${file.path} ${how}; take another one`);
  }
  return manifest;
}

async function readJson(folder: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'));
  } catch (error) {
    const text = `${folder} is no whole backup: its ${MANIFEST} cannot be read (${errorText(error)}); name the folder that "vumi backup" wrote, or another backup: one that broke off ends in .part and cannot be restored`;
    throw new VumiError('config.invalid', text, { cause: error });
  }
}

export async function describeFile(folder: string, path: string): Promise<BackupFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(join(folder, path)), async (chunks) => {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { path, bytes, sha256: hash.digest('hex') };
}
