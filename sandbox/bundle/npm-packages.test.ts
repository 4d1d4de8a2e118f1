import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import AdmZip from 'adm-zip';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { intakeBundle } from './intake.ts';
import { packApp } from './pack-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vumi-packages-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const MODERN = {
  'node_modules/modern/package.json': JSON.stringify({
    name: 'modern',
    type: 'module',
    exports: { '.': './index.js', './part': './part.js' },
  }),
  'node_modules/modern/index.js':
    "import { word } from './part.js'; export const shout = (text) => text + word;",
  'node_modules/modern/part.js': "export const word = '!';",
};
const OLD = {
  'node_modules/old/package.json': JSON.stringify({ name: 'old', main: 'main.js' }),
  'node_modules/old/main.js': "const inner = require('./inner'); exports.twice = (n) => inner(n) * 2;",
  'node_modules/old/inner.js': 'module.exports = (n) => n;',
};

const filesOf = (zip: Buffer): string[] => new AdmZip(zip).getEntries().map(({ entryName }) => entryName);

it('a package of npm that a worker imports goes along and is compiled with it, however it was written', async () => {
  write({
    ...MODERN,
    ...OLD,
    'workers/worker.ts': `import { shout } from 'modern';
      import { word } from 'modern/part';
      import { twice } from 'old';
      import type { Missing } from 'types-only';
      export default { async onMessage(message: Missing) { await message.reply(shout('hi') + word + twice(2)); } };`,
  });
  const { zip } = packApp(folder);
  expect(filesOf(zip).toSorted()).toEqual([
    'workers/npm/modern.js',
    'workers/npm/modern/part.js',
    'workers/npm/old.js',
    'workers/worker.ts',
  ]);
  expect(packApp(folder).zip.equals(zip)).toBe(true);
  const { worker } = await intakeBundle(zip);
  expect(worker.code).toContain('* 2');
  expect(worker.code).not.toContain("require('./inner')");
});

it('what is not installed is refused by name, with what can be imported', async () => {
  write({ 'workers/worker.js': "import { a } from 'nowhere'; export default { onMessage: () => a };" });
  await expect(intakeBundle(packApp(folder).zip)).rejects.toThrow(
    /"nowhere" cannot be imported.*packages of npm that are installed/s,
  );
});

it('a package that needs what no app has is refused with what that is', () => {
  write({
    'node_modules/disk/package.json': JSON.stringify({ name: 'disk', main: 'main.js' }),
    'node_modules/disk/main.js': "exports.read = () => require('fs').readFileSync('x');",
    'workers/worker.js': "import { read } from 'disk'; export default { onMessage: () => read() };",
  });
  expect(() => packApp(folder)).toThrow(/the package "disk" cannot be part of an app: .*"fs"/);
});

it("neither the author's own file in its place nor a classic app's require is touched", () => {
  write({
    ...MODERN,
    ...OLD,
    'workers/npm/modern.js': 'export const shout = 1;',
    'workers/worker.js':
      "import { shout } from 'modern'; const old = require('old'); export default { onMessage: () => shout + old };",
  });
  const zip = new AdmZip(packApp(folder).zip);
  expect(filesOf(zip.toBuffer())).not.toContain('workers/npm/old.js');
  expect(zip.readAsText('workers/npm/modern.js')).toBe('export const shout = 1;');
});
