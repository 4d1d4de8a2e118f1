import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
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
      compile(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each(examples)('$name: its example does what it says', async (example) => {
    await runExample(example, names);
  });
});

/** Throws what the compiler says. */
function compile(folder: string): void {
  const paths = {
    '@vumi/sdk': [join(ROOT, 'sdk/index.ts')],
    '@vumi/sdk/testing': [join(ROOT, 'sdk/testing/index.ts')],
    vitest: [join(ROOT, 'node_modules/vitest/dist/index.d.ts')],
  };
  const compilerOptions = {
    paths,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    noUnusedLocals: false,
    noUnusedParameters: false,
    lib: ['es2024', 'esnext.disposable', 'dom'],
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'], exclude: [] }),
  );
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const typescript = createRequire(join(ROOT, 'package.json')).resolve('typescript/package.json');
  try {
    execFileSync(process.execPath, [join(dirname(typescript), 'bin/tsc'), '-p', folder], {
      encoding: 'utf8',
    });
  } catch (error) {
    throw new Error((error as { stdout?: string }).stdout ?? String(error), { cause: error });
  }
}
