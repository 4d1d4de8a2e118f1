import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import AdmZip from 'adm-zip';
import { expect, test } from 'vitest';
import { intakeBundle, type Bundle } from './intake.ts';

function zipOf(files: Record<string, string>): Buffer {
  const zip = new AdmZip();
  for (const [path, content] of Object.entries(files)) zip.addFile(path, Buffer.from(content));
  return zip.toBuffer();
}

function evaluate(bundle: Bundle): { default: Record<string, unknown> } {
  return new Script(bundle.worker.code).runInNewContext() as { default: Record<string, unknown> };
}

test.each(['hello', 'quiz'])('the sample app %s is accepted without a warning', async (name) => {
  const folder = join(import.meta.dirname, '../../sample-apps', name);
  const files: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(folder.length + 1).replaceAll('\\', '/')] = readFileSync(path, 'utf8');
  }
  const bundle = await intakeBundle(zipOf(files));
  expect(bundle.warnings).toEqual([]);
  expect(Object.keys(evaluate(bundle).default)).toEqual(['onMessage']);
  expect(bundle.files.map(({ path }) => path).toSorted()).toEqual(
    Object.keys(files)
      .filter((path) => path === 'index.html' || path.startsWith('assets/'))
      .toSorted(),
  );
});
