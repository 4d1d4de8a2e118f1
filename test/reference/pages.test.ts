import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { compileExamples } from './compile-examples.ts';
import { runExample } from './examples.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** What authors read beside the reference, and beside the tutorial and the guides, which are followed step by step. */
const PAGES = [
  'README.md',
  'sdk/README.md',
  'docs/buttons-and-media.md',
  'docs/conversations.md',
  'docs/languages.md',
  'docs/pages.md',
  'docs/phone-wall.md',
  'docs/testing-apps.md',
  'docs/explanations/replay.md',
];
const FOLDER = 'vumi-pages-';
const IMPORT = "import { defineApp } from '@vumi/sdk';\n";

interface Block {
  /** Page and line. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
}

const blocks = PAGES.flatMap((page): Block[] => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(js|ts)\n([^]*?)^```$/gm)].map(
    ({ index, 1: language = '', 2: code = '' }) => ({
      place: `${page}:${text.slice(0, index).split('\n').length}`,
      language,
      code,
    }),
  );
});
const apps = blocks.filter(({ code }) => code.includes('export default defineApp('));

/** What fragments are told of by the text around them. */
const AROUND = `import type { DeliveryEvent, Message, Talk } from '@vumi/sdk';
import type { World, Phone } from '@vumi/sdk/testing';
declare global {
  const message: Message;
  const app: Talk;
  const event: DeliveryEvent;
  const integer: typeof import('@vumi/sdk').integer;
  const address: string;
  const code: string;
  const headers: Record<string, string>;
  const world: World;
  const thandi: Phone;
  const test: typeof import('vitest').test;
  const expect: typeof import('vitest').expect;
}
`;

/** A block as a module. */
function moduleOf({ code }: Block): string {
  if (code.includes('export default')) return code.includes('import ') ? code : `${IMPORT}${code}`;
  if (/^async on[A-Z]/.test(code)) return `${IMPORT}export default defineApp({\n${code}});\n`;
  const imports = code.match(/^import .*\n/gm)?.join('') ?? '';
  return `${imports}export async function run() {\n${code.replaceAll(/^import .*\n/gm, '')}}\n`;
}

test('pages show apps and parts of them', () => {
  expect(blocks.length).toBeGreaterThan(25);
  expect(apps.length).toBeGreaterThan(6);
});

test('what pages show compiles', () => {
  const folder = mkdtempSync(join(tmpdir(), FOLDER));
  try {
    writeFileSync(join(folder, 'around.d.ts'), AROUND);
    for (const block of blocks)
      writeFileSync(join(folder, `${block.place.replaceAll(/\W/g, '-')}.${block.language}`), moduleOf(block));
    // As an editor checks JavaScript: names have to be there; what may be null is not asked.
    compileExamples(folder, {
      allowJs: true,
      checkJs: true,
      strict: false,
      exactOptionalPropertyTypes: false,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(apps)('the app at $place answers', async (block) => {
  await runExample({ name: block.place, part: 'app', code: moduleOf(block) }, []);
});
