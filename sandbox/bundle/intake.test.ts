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

const PAGE = {
  'workers/worker.js': "import { defineApp } from '@vumi/sdk'; export default defineApp({});",
  'index.html': '<h1>Clinic</h1>',
  'assets/staff/list.html': '<h1>Patients</h1>',
};
const withFrontend = (frontend: object): Buffer =>
  zipOf({ ...PAGE, 'vumi.json': JSON.stringify({ frontend }) });

test.each([
  { label: 'all of it', frontend: { private: true } },
  { label: 'a file', frontend: { private: ['index.html'] } },
  { label: 'a folder', frontend: { private: ['assets/staff/*'] } },
  { label: 'scopes of members', frontend: { members: { scopes: ['state:read:person:*'] } } },
])('a page may be private: $label', async ({ frontend }) => {
  expect((await intakeBundle(withFrontend(frontend))).manifest.frontend).toMatchObject(frontend);
});

test.each([
  { label: 'names no file', frontend: { private: ['index.html', 'assets/stuff/*'] }, says: /assets\/stuff/ },
  { label: 'differs by case', frontend: { private: ['Assets/staff/*'] }, says: /no file of the page/ },
  { label: 'begins with a slash', frontend: { private: ['/index.html'] }, says: /name files/ },
  { label: 'has a star inside', frontend: { private: ['assets/*/list.html'] }, says: /name files/ },
  { label: 'opens all keys', frontend: { scopes: ['state:read:*'] }, says: /the scopes of everybody are/ },
])('what is private by a name that $label is refused, not published', async ({ frontend, says }) => {
  await expect(intakeBundle(withFrontend(frontend))).rejects.toMatchObject({
    code: 'bundle.refused',
    message: expect.stringMatching(says),
  });
});
