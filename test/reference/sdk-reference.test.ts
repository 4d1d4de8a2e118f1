import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileExamples } from './compile-examples.ts';
import { APP_OF_EXAMPLES, appOf, runExample, testOf } from './examples.ts';
import { examplesOf, publicMembers, referencePages, untold } from './sdk-pages.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCS = join(ROOT, 'docs/reference/sdk');

const members = publicMembers();
const examples = examplesOf(members);
/** What examples import without saying so. */
const names = members
  .filter(({ page }) => page.module === '@vumi/sdk')
  .map(({ name, kind }) => (kind === 'type' ? `type ${name}` : name));
const pages = referencePages(members, {
  testing: `\nThe examples have a \`world\`, in which this app is deployed, and the phone \`thandi\`:\n\n\`\`\`ts\n${APP_OF_EXAMPLES}\`\`\`\n`,
});

describe('the reference of the SDK', () => {
  test('tells of each member, with an example of what can be called', () => {
    expect(members.length).toBeGreaterThan(80);
    expect(untold(members)).toEqual([]);
  });

  test.each([...pages.keys()])('docs/reference/sdk/%s is as the sources say', async (name) => {
    await expect(pages.get(name)).toMatchFileSnapshot(join(DOCS, name));
  });

  test('has no page of what is gone', () => {
    expect(readdirSync(DOCS).sort()).toEqual([...pages.keys()].sort());
  });

  test('its examples compile', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vumi-examples-'));
    try {
      for (const [index, example] of examples.entries()) {
        const text = example.part === 'test' ? testOf(example) : appOf(example, names);
        writeFileSync(join(folder, `${index}-${example.name.replaceAll(/\W/g, '-')}.ts`), text);
      }
      writeFileSync(join(folder, 'app-of-examples.ts'), APP_OF_EXAMPLES);
      expect(compileExamples(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each(examples)('$name: its example does what it says', async (example) => {
    await runExample(example, names);
  });
});
