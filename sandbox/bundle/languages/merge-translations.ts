import { po, type GetTextTranslation, type GetTextTranslations } from 'gettext-parser';
import { categoriesOf } from '@vumi/sdk';
import { formFor } from './plural-forms.ts';
import type { UsedText } from './used-texts.ts';

export interface MergedTranslations {
  /** The file as it is now. */
  readonly text: string;
  readonly added: number;
  /** Took the translation of a text that has changed. */
  readonly fuzzy: number;
  /** Are in the code no more, and stand at the end of the file. */
  readonly obsolete: number;
}

/** Two texts that are so alike are one that was changed; 1 is the same. */
const ALIKE = 0.6;
const FALLBACK = 'nplurals=2; plural=(n != 1);';
/** The rules that languages of the field have. */
const RULES = [
  FALLBACK,
  'nplurals=2; plural=(n > 1);',
  'nplurals=1; plural=0;',
  'nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);',
  'nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);',
] as const;
const CHECKED_NUMBERS = 200;

/**
 * Brings a file of gettext up to date with the texts of the code: a text that has changed keeps its translation, marked fuzzy
 * and with the text that it was made for; what is gone is kept at the end.
 */
export function mergeTranslations(
  file: string | null,
  language: string,
  used: readonly UsedText[],
): MergedTranslations {
  const table = file === null ? newFile(language) : po.parse(file);
  const known = [...entriesOf(table.translations), ...entriesOf(table.obsolete)];
  const left = new Set(known.filter((entry) => !used.some((text) => isOf(entry, text))));
  const forms = formsOf(table);
  let added = 0;
  let fuzzy = 0;
  const entries = used.map((text): GetTextTranslation => {
    const same = known.find((entry) => isOf(entry, text));
    const old = same ?? mostAlike(text, left);
    if (old === undefined) {
      added += 1;
      return entryOf(text, { msgstr: Array.from({ length: text.plural === null ? 1 : forms }, () => '') });
    }
    left.delete(old);
    const isChanged = old !== same || (old.msgid_plural ?? null) !== text.plural;
    if (!isChanged) return entryOf(text, old);
    fuzzy += 1;
    return entryOf(text, { ...old, comments: changed(old) });
  });
  const gone = [...left].filter(({ msgstr }) => msgstr.some((form) => form !== ''));
  const header = table.translations['']?.[''] ?? { msgid: '', msgstr: [''] };
  const compiled = po.compile(
    { ...table, translations: recordOf([header, ...entries]), obsolete: recordOf(gone) },
    { foldLength: 0 },
  );
  return { text: `${compiled.toString().trimEnd()}\n`, added, fuzzy, obsolete: gone.length };
}

function entriesOf(record: GetTextTranslations['translations'] = {}): GetTextTranslation[] {
  return Object.values(record)
    .flatMap((texts) => Object.values(texts))
    .filter(({ msgid }) => msgid !== '');
}

function recordOf(entries: readonly GetTextTranslation[]): GetTextTranslations['translations'] {
  const record: GetTextTranslations['translations'] = {};
  for (const entry of entries) {
    const context = (record[entry.msgctxt ?? ''] ??= {});
    context[entry.msgid] = entry;
  }
  return record;
}

function isOf({ msgctxt = '', msgid }: GetTextTranslation, { context, id }: UsedText): boolean {
  return msgid === id && msgctxt === (context ?? '');
}

function entryOf(
  { context, id, plural, places }: UsedText,
  { msgstr, comments }: Pick<GetTextTranslation, 'msgstr' | 'comments'>,
): GetTextTranslation {
  return {
    msgid: id,
    msgstr,
    ...(context === null ? {} : { msgctxt: context }),
    ...(plural === null ? {} : { msgid_plural: plural }),
    comments: { ...comments, reference: places.join('\n') },
  };
}

function changed({ msgid, comments }: GetTextTranslation): NonNullable<GetTextTranslation['comments']> {
  return { ...comments, flag: 'fuzzy', previous: `msgid ${JSON.stringify(msgid)}` };
}

/** Of what is not in the code any more. */
function mostAlike(text: UsedText, left: ReadonlySet<GetTextTranslation>): GetTextTranslation | undefined {
  let best: GetTextTranslation | undefined;
  let most = ALIKE;
  for (const entry of left) {
    const isSameKind = (entry.msgid_plural === undefined) === (text.plural === null);
    const share = isSameKind && entry.msgstr.some((form) => form !== '') ? likeness(entry.msgid, text.id) : 0;
    if (share >= most) [best, most] = [entry, share];
  }
  return best;
}

/** The share of pairs of letters that two texts have in common (Dice). */
function likeness(a: string, b: string): number {
  const pairs = (text: string): string[] =>
    Array.from(text.slice(1), (letter, index) => text.charAt(index) + letter);
  const ofA = pairs(a.toLowerCase());
  const ofB = pairs(b.toLowerCase());
  const rest = [...ofB];
  const shared = ofA.filter((pair) => {
    const at = rest.indexOf(pair);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
  return (2 * shared.length) / Math.max(1, ofA.length + ofB.length);
}

function formsOf({ headers }: GetTextTranslations): number {
  return Number(/nplurals\s*=\s*(\d)/.exec(headers['Plural-Forms'] ?? FALLBACK)?.[1] ?? 1);
}

function newFile(language: string): GetTextTranslations {
  return {
    charset: 'utf-8',
    headers: {
      Language: language,
      'MIME-Version': '1.0',
      'Content-Type': 'text/plain; charset=UTF-8',
      'Content-Transfer-Encoding': '8bit',
      'Plural-Forms': ruleOf(language),
    },
    translations: {},
  };
}

/** The rule that tells numbers apart as this JavaScript does for the language. */
function ruleOf(language: string): string {
  if (categoriesOf(language).length === 0) return FALLBACK;
  const rules = new Intl.PluralRules(language);
  const numbers = Array.from({ length: CHECKED_NUMBERS }, (_, n) => n);
  const reached = categoriesOf(language).filter((category) =>
    numbers.some((n) => rules.select(n) === category),
  );
  return (
    RULES.find((rule) => numbers.every((n) => formFor(rule, n) === reached.indexOf(rules.select(n)))) ??
    FALLBACK
  );
}
