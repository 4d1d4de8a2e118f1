import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { compileApp } from './compile-app.ts';

const execFileText = promisify(execFile);
const ENTRY = 'workers/worker.js';

function compile(code: string, others: Record<string, string> = {}, entry = ENTRY) {
  return compileApp(entry, new Map(Object.entries({ [entry]: code, ...others })));
}

async function valueOf(code: string, others: Record<string, string> = {}, entry = ENTRY): Promise<unknown> {
  const { worker } = await compile(code, others, entry);
  const exported = new Script(worker.code).runInNewContext() as { default: unknown };
  return exported.default;
}

async function thrown(code: string, others: Record<string, string> = {}): Promise<unknown> {
  try {
    await compile(code, others);
  } catch (error) {
    return error;
  }
  return 'it was compiled';
}

test('a worker is a script whose value is what it exports', async () => {
  const code = "import { defineApp } from '@vumi/sdk'; export default defineApp({ answer: 42 });";
  expect(await valueOf(code)).toEqual({ answer: 42 });
});

test('an app is compiled by a process that runs in its folder, too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vumi-own-folder-'));
  mkdirSync(join(folder, 'workers'));
  writeFileSync(join(folder, ENTRY), '');
  const script = `
    const { compileApp } = await import(${JSON.stringify(new URL('compile-app.ts', import.meta.url).href)});
    await compileApp('${ENTRY}', new Map([['${ENTRY}', 'export default 42;']]));`;
  try {
    await execFileText(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a worker that assigns module.exports works as well', async () => {
  const { worker } = await compile('module.exports = { answer: 42 };');
  expect(new Script(worker.code).runInNewContext()).toEqual({ answer: 42 });
});

test('code of a worker is strict and leaves nothing on the global object', async () => {
  const { worker } = await compile(
    'var left = 1; export default (function () { return this === undefined; })();',
  );
  const context = {};
  expect(new Script(worker.code).runInNewContext(context)).toMatchObject({ default: true });
  expect(Object.keys(context)).toEqual([]);
});

test('imports find JavaScript, TypeScript and JSON of the workers folder', async () => {
  const code = `import { a } from './lib/a.js'; import { b } from './b'; import c from './c.json';
    import { d } from './d.mjs'; export default [a, b, c.c, d];`;
  const others = {
    'workers/lib/a.ts': "import { b } from '../b.ts'; export const a: string = 'a' + b;",
    'workers/b.ts': "export const b = 'b' as const;",
    'workers/c.json': '{"c":"c"}',
    'workers/d.mjs': "export const d = 'd';",
  };
  expect(await valueOf(code, others)).toEqual(['ab', 'b', 'c', 'd']);
});

test('a worker in TypeScript is compiled', async () => {
  expect(
    await valueOf('interface A { a: 1 } export default { a: 1 } satisfies A;', {}, 'workers/worker.ts'),
  ).toEqual({
    a: 1,
  });
});

test('an import in quotes may be dynamic', async () => {
  const value = valueOf("export default import('./a.js').then((a) => a.default);", {
    'workers/a.js': 'export default 1;',
  });
  await expect(value).resolves.toBe(1);
});

test('an error names file, line and column', async () => {
  const error = await thrown("const 'é' =\n", {});
  expect(error).toMatchObject({
    code: 'bundle.does_not_compile',
    message: expect.stringMatching(/^workers\/worker\.js:1:7: /) as string,
    details: { file: ENTRY, line: 1, column: 7 },
  });
});

test('a column counts characters and not bytes', async () => {
  const error = await thrown("export default 'ééé' 1;");
  expect(error).toMatchObject({ details: { file: ENTRY, line: 1, column: 22 } });
});

test('an error in an imported file names that file', async () => {
  const error = await thrown("import './lib/a.js';", { 'workers/lib/a.js': '\n\n  let = ;' });
  expect(error).toMatchObject({ details: { file: 'workers/lib/a.js', line: 3 } });
});

test('top-level await is refused where it stands', async () => {
  expect(await thrown('\nawait 1;')).toMatchObject({ details: { file: ENTRY, line: 2, column: 1 } });
});

test.each([
  'lodash',
  'fs',
  'node:fs',
  '@vumi/core',
  '@vumi/sdk/index.ts',
  '/etc/passwd',
  'file:///etc/hostname',
  'https://example.com/x.js',
  'data:text/javascript,1',
  '#internal',
])('an import of %s is refused with what is allowed', async (name) => {
  const error = await thrown(`\nimport x from '${name}'; export default x;`);
  expect(error).toMatchObject({
    code: 'bundle.does_not_compile',
    message: expect.stringContaining(`"${name}" cannot be imported. A worker can import`) as string,
    details: { file: ENTRY, line: 2, column: 15 },
  });
});

test.each(['../vumi.json', '../../../etc/passwd', './missing.js', './a.js?raw', '../assets/app.js'])(
  'an import of %s is refused, for the zip has none in its workers folder',
  async (name) => {
    expect(await thrown(`import x from '${name}'; export default x;`)).toMatchObject({
      code: 'bundle.does_not_compile',
      message: expect.stringContaining('The zip has no') as string,
    });
  },
);

test.each(['text', 'file', 'bytes', 'copy'])('a file cannot be imported as %s', async (type) => {
  const error = await thrown(`import x from './a.json' with { type: '${type}' }; export default x;`, {
    'workers/a.json': '{}',
  });
  expect(error).toMatchObject({ code: 'bundle.does_not_compile' });
});

/** esbuild takes these for patterns over the file system. */
const PATTERNS = [
  'import(`%/${name}.json`)',
  "import('%/' + name + '.json')",
  'require(`%/${name}.json`)',
  "require('%/' + name)",
  'import /* a */ (`%/${name}.json`)',
  'import(/* a */ `%/${name}.json`)',
  'import(\n`%/${name}.json`)',
  '(require)(`%/${name}.json`)',
  'r\\u0065quire(`%/${name}.json`)',
  'require?.(`%/${name}.json`)',
  '[...require(`%/${name}.json`)]',
  '`${import(`%/${name}.json`)}`',
  '/"/.test(require(`%/${name}.json`))',
  "import('%/' + name, { with: { type: 'json' } })",
  'import(true ? `%/${name}.json` : 1)',
  'new (require(`%/${name}.json`))()',
];

test.each(PATTERNS)('%s does not make the compiler look at the disk', async (pattern) => {
  const folder = mkdtempSync(join(tmpdir(), 'vumi-bundle-'));
  try {
    writeFileSync(join(folder, 'secret.json'), '{"secret":"leaked"}');
    const path = `./${relative(process.cwd(), folder)}`;
    const error = await thrown(`const name = globalThis.x;\nexport default ${pattern.replace('%', path)};`);
    expect(error).toMatchObject({ code: 'bundle.does_not_compile', details: { file: ENTRY } });
    expect((error as Error).message).toMatch(/takes a plain text in quotes/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('methods that are called import or require are no imports', async () => {
  expect(await valueOf('const a = { import: (x) => x }; export default a.import(1) + a?.import(1);')).toBe(2);
});

test.each(['file://%', '%', './%'])('a source map comment of %s is not followed', async (comment) => {
  const folder = mkdtempSync(join(tmpdir(), 'vumi-bundle-'));
  try {
    const file = join(folder, 'leak.map');
    writeFileSync(file, '{"version":3,"sources":["leak.ts"],"names":[],"mappings":"AAAA"}');
    const url = comment.replace('%', comment.startsWith('.') ? relative(process.cwd(), file) : file);
    for (const end of [
      `//# sourceMappingURL=${url}`,
      `//@ sourceMappingURL=${url}`,
      `/*# sourceMappingURL=${url} */`,
    ]) {
      const { worker } = await compile(`export default 1;\n${end}\n`);
      expect(JSON.parse(worker.map ?? '')).toMatchObject({ sources: [ENTRY] });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the source map points into the author's files and carries no sources", async () => {
  const { worker } = await compile("import { boom } from './boom.js';\nexport default boom;", {
    'workers/boom.ts': 'type A = 1;\n\nexport function boom(): A {\n  throw new Error("boom");\n}\n',
  });
  const map = JSON.parse(worker.map ?? '') as SourceMapPayload;
  const lines = worker.code.split('\n');
  const line = lines.findIndex((text) => text.includes('throw new Error'));
  const entry = new SourceMap(map).findEntry(line, lines[line]?.indexOf('throw') ?? 0);
  expect(entry).toMatchObject({ originalSource: 'workers/boom.ts', originalLine: 3, originalColumn: 2 });
  expect(map.sources.toSorted()).toEqual(['workers/boom.ts', ENTRY]);
  expect(map).not.toHaveProperty('sourcesContent');
});

test('a source that nests too deep is refused', async () => {
  expect(await thrown('['.repeat(500_000))).toMatchObject({ code: 'bundle.does_not_compile' });
});

const APART = `
  const { compileApp } = await import(process.argv[1]);
  const sources = ['!'.repeat(1_000_000), 'export default 1;'];
  const all = sources.map((text) => compileApp('workers/worker.js', new Map([['workers/worker.js', text]])));
  const results = await Promise.allSettled(all);
  console.log(JSON.stringify(results.map(({ reason }) => reason?.message ?? 'compiled')));
  process.exit();
`;

// In a process of its own, because esbuild writes pages about its end to the terminal.
test('a source that crashes the compiler is refused, and the one beside it is compiled', async () => {
  const module = new URL('./compile-app.ts', import.meta.url).href;
  const { stdout } = await execFileText(process.execPath, ['--input-type=module', '-e', APART, module]);
  expect(JSON.parse(stdout)).toEqual([expect.stringContaining('too large or nests too deep'), 'compiled']);
});

test("the compiler's warnings are passed on", async () => {
  const { warnings } = await compile('export default { a: 1, a: 2 };');
  expect(warnings).toEqual(['workers/worker.js:1:24: Duplicate key "a" in object literal']);
});
