import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakePlatform } from '../fake-platform.fixture.ts';

let dir: string;
let platform: FakePlatform;

beforeEach(async () => {
  platform = await FakePlatform.start();
  dir = mkdtempSync(join(tmpdir(), 'vumi-i18n-'));
  mkdirSync(join(dir, 'workers'));
  writeFileSync(join(dir, 'vumi.json'), JSON.stringify({ languages: ['en', 'zul', 'ru'] }));
  code(`t('What is your name?'); t('Hello {name}', { name }); t.plural('{n} clinic', '{n} clinics', 2);`);
});
afterEach(() => {
  platform[Symbol.dispose]();
  rmSync(dir, { recursive: true });
});

function code(text: string): void {
  const worker = `import { t } from '@vumi/sdk';\nexport default { onMessage() {\n${text}\n} };`;
  writeFileSync(join(dir, 'workers/worker.ts'), worker);
}
const file = (name: string): string => join(dir, 'languages', name);
const read = (name: string): string => readFileSync(file(name), 'utf8');

function translate(id: string, to: string): void {
  writeFileSync(
    file('zu.po'),
    read('zu.po').replace(`msgid "${id}"\nmsgstr ""`, `msgid "${id}"\nmsgstr "${to}"`),
  );
}

test('extract finds the texts of the code, and keeps the translation of one that changes a little', async () => {
  const { out } = await platform.vumi(['i18n', 'extract', dir]);
  expect(out).toMatch(/languages\/zu\.po +3 +3 +0 +0\n/);
  expect(read('zu.po')).toContain('Plural-Forms: nplurals=2; plural=(n > 1);');
  expect(read('ru.po')).toContain('nplurals=3;');
  expect(read('ru.po')).toContain('msgstr[2] ""');
  translate('What is your name?', 'Ngubani igama lakho?');
  translate('Hello {name}', 'Sawubona {name}');
  code(`t('What is your name, please?'); t.plural('{n} clinic', '{n} clinics', 2);`);
  const again = await platform.vumi(['i18n', 'extract', dir]);
  expect(again.out).toMatch(/languages\/zu\.po +2 +0 +1 +1\n/);
  expect(read('zu.po')).toContain(
    `#: workers/worker.ts:3\n#, fuzzy\n#| msgid "What is your name?"\nmsgid "What is your name, please?"\nmsgstr "Ngubani igama lakho?"`,
  );
  expect(read('zu.po')).toContain('#~ msgid "Hello {name}"\n#~ msgstr "Sawubona {name}"');
  // What comes back has its translation again.
  code(`t('Hello {name}', { name });`);
  await platform.vumi(['i18n', 'extract', dir]);
  expect(read('zu.po')).toContain('\nmsgid "Hello {name}"\nmsgstr "Sawubona {name}"');
});

test('status counts, and shows which text is the longest and what makes it dear', async () => {
  await platform.vumi(['i18n', 'extract', dir]);
  translate('Hello {name}', 'Sawubona {name} 😀');
  const { out } = await platform.vumi(['i18n', 'status', dir]);
  expect(out).toMatch(/^en +3 +0 +0 +18 +1 +GSM +- +What is your name\?$/m);
  expect(out).toMatch(/^zu +1 +0 +2 +18 +1 +UCS-2 +😀 +Sawubona \{name\} 😀$/m);
  expect(out).toMatch(/^ru +0 +0 +3 +- /m);
  const { code: exit, err } = await platform.vumi(['i18n', 'status', dir, '--strict']);
  expect([exit, err]).toEqual([1, expect.stringContaining('not all is translated: zu, ru')]);
});

test.each([
  [['i18n', 'extract', '/nowhere'], 'is no app'],
  [['i18n', 'extract', '.', '--language', 'not one'], '"not one" is no language'],
])('%j says what is wrong', async (words, text) => {
  const { code: exit, err } = await platform.vumi(words.map((word) => (word === '.' ? dir : word)));
  expect(exit).toBe(2);
  expect(err).toContain(text);
});
