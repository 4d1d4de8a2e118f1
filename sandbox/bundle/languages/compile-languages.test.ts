import { VumiError } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { compileLanguages } from './compile-languages.ts';
import { parsePluralForms } from './plural-forms.ts';
import { usedTexts } from './used-texts.ts';

const CODE = `import { t as _ } from '@vumi/sdk';
const other = { t: () => 1 };
export default {
  async onMessage(message: object, app: App) {
    app.t('Hello {name}', { name });
    _.plural('{n} clinic', '{n} clinics', 2);
    _.context('month', 'May' + ' 2026');
    _(message.content);
    t('not ours');
  },
};`;
const SOURCES = new Map([['workers/worker.ts', CODE]]);

const compile = (files: Record<string, string>, listed?: string[]) =>
  compileLanguages({ languages: new Map(Object.entries(files)), sources: SOURCES }, listed);

async function reasonOf(files: Record<string, string>): Promise<[unknown, string]> {
  const error: unknown = await compile(files).catch((thrown: unknown) => thrown);
  if (!(error instanceof VumiError)) throw new Error('it was taken');
  return [error.details?.['reason'], error.message];
}

it('texts are found where t and app.t say them, with the line of the source', async () => {
  expect(await usedTexts(SOURCES)).toEqual({
    texts: [
      { context: null, id: 'Hello {name}', plural: null, places: ['workers/worker.ts:5'] },
      { context: null, id: '{n} clinic', plural: '{n} clinics', places: ['workers/worker.ts:6'] },
      { context: 'month', id: 'May 2026', plural: null, places: ['workers/worker.ts:7'] },
    ],
    unreadable: ['workers/worker.ts:8'],
  });
});

const PO = `msgid ""
msgstr "Language: zu\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Hello {name}"
msgstr "Sawubona {name}"

#, fuzzy
#| msgid "{n} clinics of {all}"
msgid "Gone {all}"
msgstr "Hamba"

msgctxt "month"
msgid "May 2026"
msgstr ""

msgid "{n} clinic"
msgid_plural "{n} clinics"
msgstr[0] "umtholampilo"
msgstr[1] "imitholampilo engu-{n}"

#~ msgid "Old"
#~ msgstr "Endala"
`;

it('a file of gettext becomes a catalogue, and what it lacks a warning', async () => {
  const { catalog, warnings } = await compile({ 'languages/zul.po': PO }, ['en_ZA', 'zul', 'xh']);
  expect(catalog).toEqual({
    languages: ['en-ZA', 'zu', 'xh'],
    files: [
      {
        language: 'zu',
        plural: null,
        texts: [
          ['Hello {name}', ['Sawubona {name}']],
          ['{n} clinic', ['umtholampilo', 'imitholampilo engu-{n}']],
        ],
      },
    ],
  });
  expect(warnings).toEqual([
    'languages/zul.po: the fuzzy translation of "Gone {all}" has other placeholders, and is not used',
    'zu: 1 of 3 texts have no translation: "May 2026"',
    'xh: 3 of 3 texts have no translation (there is no file for it in languages/): "Hello {name}", "{n} clinic", "May 2026"',
    'workers/worker.ts:8: t() is given no plain text in quotes, so no file can translate it',
  ]);
});

it("the JSON of vumigo's tools is read, too", async () => {
  const header = { plural_forms: 'nplurals=2; plural=(n != 1)' };
  const texts = {
    '': header,
    'Hello {name}': [null, 'Muraho {name}'],
    '{n} clinic': ['{n} clinics', 'ivuriro', 'amavuriro {n}'],
    'month\u0004May 2026': [null, ''],
  };
  for (const json of [texts, { messages: texts }, { locale_data: { messages: texts } }]) {
    const { catalog } = await compile({ 'languages/kin.json': JSON.stringify(json) });
    expect(catalog).toEqual({
      languages: ['en', 'rw'],
      files: [
        {
          language: 'rw',
          plural: { op: '!=', of: ['n', 1] },
          texts: [
            ['Hello {name}', ['Muraho {name}']],
            ['{n} clinic', ['ivuriro', 'amavuriro {n}']],
          ],
        },
      ],
    });
  }
});

const entry = (id: string, translation: string): string =>
  `msgid ""\nmsgstr ""\n\nmsgid "${id}"\nmsgstr "${translation}"\n`;

describe('a deploy is refused', () => {
  it.each([
    ['Hello', 'lacks {name}'],
    ['Hello {name} {surname}', 'has {surname}'],
    ['Hello {Name}', 'has {Name}'],
  ])('for the translation %j', async (translation, fault) => {
    const [reason, text] = await reasonOf({ 'languages/zu.po': entry('Hello {name}', translation) });
    expect(reason).toBe('translation-placeholders');
    expect(text).toContain(fault);
  });

  it.each([
    ['language-invalid', { 'languages/readme.first.po': '' }],
    ['language-invalid', { 'languages/zu.po': entry('a', 'b'), 'languages/zul.po': '' }],
    ['language-invalid', { 'languages/zu.json': '[]' }],
    ['language-invalid', { 'languages/zu.json': '{"": {}, "a": [null, 7]}' }],
    ['language-invalid', { 'languages/zu.po': 'msgid "a\nmsgstr' }],
    [
      'translation-plurals',
      {
        'languages/rw.po':
          'msgid ""\nmsgstr ""\n\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n',
      },
    ],
  ])('as %s', async (expected, files) => {
    expect(await reasonOf(files as Record<string, string>)).toEqual([expected, expect.any(String)]);
  });
});

describe('the rule of plurals', () => {
  it.each([
    ['nplurals=1; plural=0;', 1],
    ['nplurals=2; plural=n != 1', 2],
    [
      'nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);',
      3,
    ],
    ['nplurals=2; plural=!(n==1);', 2],
    ['nplurals=2; plural=(n*2-n)/1 > 1', 2],
  ])('%s is read', (header, count) => {
    expect(parsePluralForms(header)?.count).toBe(count);
  });

  it.each([
    'nplurals=2; plural=n',
    'nplurals=0; plural=0',
    'nplurals=9; plural=0',
    'nplurals=2; plural=n/0',
    'nplurals=2; plural=process.exit()',
    'nplurals=2; plural=(n',
    'nplurals=2; plural=n ? 1',
    'nplurals=2; plural=n 1',
    `nplurals=2; plural=${'('.repeat(400)}n${')'.repeat(400)}`,
    'plural=0',
  ])('%s is none', (header) => {
    expect(parsePluralForms(header)).toBeNull();
  });
});
