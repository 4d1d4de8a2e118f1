import { basename, extname } from 'node:path/posix';
import { categoriesOf, catalogKey, languageCode, type Catalog, type CatalogFile } from '@vumi/sdk';
import { compileError } from '../compile-errors.ts';
import { runCompiler } from '../compiler.ts';
import { quoted, refusal } from '../refusal.ts';
import { parsePluralForms } from './plural-forms.ts';
import { placeholderFault } from './placeholders.ts';
import { readTranslations, type Translation, type TranslationFile } from './read-translations.ts';
import { usedTexts, type UsedText } from './used-texts.ts';

export interface CompiledLanguages {
  readonly catalog: Catalog;
  readonly warnings: readonly string[];
}

const MOST_NAMED = 3;
const LONGEST_NAMED = 60;

/** What is translated, beside the code. */
export interface LanguageParts {
  /** Texts of `languages/*` by path. */
  readonly languages: ReadonlyMap<string, string>;
  /** Texts of `workers/**` by path. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Makes a catalogue of the files of `languages/` (spec authoring §5). Throws `bundle.refused` for a file that cannot be
 * read, and for a translation whose placeholders are not those of its text; warns of what is not translated.
 */
export async function compileLanguages(
  { languages: files, sources }: LanguageParts,
  listed: readonly string[] = [],
): Promise<CompiledLanguages> {
  const read = readFiles(files);
  const compiled = [...read].map(([language, file]) => compileFile(language, file));
  const spoken = listed.flatMap((code) => languageCode(code) ?? []);
  const languages = [...new Set([...spoken, ...(spoken.length === 0 ? ['en'] : []), ...read.keys()])];
  const { texts, unreadable } = await runCompiler(async () => {
    try {
      return await usedTexts(sources);
    } catch (error) {
      throw compileError(error);
    }
  });
  const first = languages[0] ?? '';
  return {
    catalog: { languages, files: compiled.map(({ file }) => file) },
    warnings: [
      ...compiled.flatMap(({ warnings }) => warnings),
      ...languages.filter((code) => code !== first).flatMap((code) => absent(code, texts, compiled)),
      ...unreadable.map(
        (place) => `${place}: t() is given no plain text in quotes, so no file can translate it`,
      ),
    ],
  };
}

function readFiles(files: ReadonlyMap<string, string>): ReadonlyMap<string, TranslationFile> {
  const read = new Map<string, TranslationFile>();
  for (const [path, text] of files) {
    const language = languageCode(basename(path, extname(path)));
    if (language === null)
      throw refusal('language-invalid', `${quoted(path)} is named for no language. Call it "zu.po".`, path);
    const other = read.get(language)?.path;
    if (other !== undefined)
      throw refusal(
        'language-invalid',
        `${quoted(other)} and ${quoted(path)} are one language. Leave one out.`,
        path,
      );
    read.set(language, readTranslations(path, text));
  }
  return read;
}

function compileFile(
  language: string,
  source: TranslationFile,
): { readonly file: CatalogFile; readonly warnings: readonly string[] } {
  const translated = source.translations.filter(({ forms }) => forms.length > 0);
  const faulty = translated.filter((translation) => faultOf(translation) !== null);
  const wrong = faulty.find(({ isFuzzy }) => !isFuzzy);
  if (wrong !== undefined) {
    const reason = `${source.path}: the translation of ${named(wrong.id)} ${faultOf(wrong)}. Correct it.`;
    throw refusal('translation-placeholders', reason, source.path);
  }
  const used = translated.filter((translation) => !faulty.includes(translation));
  const plural = pluralOf(language, source, used);
  return {
    file: {
      language,
      plural,
      texts: used.map(({ context, id, forms }) => [catalogKey(context, id), forms] as const),
    },
    warnings: faulty.map(
      ({ id }) =>
        `${source.path}: the fuzzy translation of ${named(id)} has other placeholders, and is not used`,
    ),
  };
}

function faultOf(translation: Translation): string | null {
  return (
    translation.forms.map((form) => placeholderFault(translation, form)).find((fault) => fault !== null) ??
    null
  );
}

/** How a file's forms are chosen from. Throws where nothing says it. */
function pluralOf(
  language: string,
  { path, pluralForms }: TranslationFile,
  translations: readonly Translation[],
): CatalogFile['plural'] {
  const counts = new Set(
    translations.filter(({ plural }) => plural !== null).map(({ forms }) => forms.length),
  );
  const known = categoriesOf(language).length;
  if ([...counts].every((count) => count === known)) return null;
  const own = pluralForms === null ? null : parsePluralForms(pluralForms);
  if (own !== null && [...counts].every((count) => count === own.count)) return own.rule;
  const reason = `${path} has plurals of ${[...counts].join(' and ')} forms, and its Plural-Forms do not say which is for which number.`;
  const remedy =
    'Give it the header that gettext has for the language, "nplurals=2; plural=(n != 1);" or another.';
  throw refusal('translation-plurals', `${reason} ${remedy}`, path);
}

function absent(
  language: string,
  texts: readonly UsedText[],
  compiled: readonly { readonly file: CatalogFile }[],
): string[] {
  const file = compiled.find((one) => one.file.language === language)?.file;
  const known = new Set(file?.texts.map(([key]) => key));
  const missing = texts.filter(({ context, id }) => !known.has(catalogKey(context, id)));
  if (missing.length === 0) return [];
  const reason = file === undefined ? ' (there is no file for it in languages/)' : '';
  const some = missing.slice(0, MOST_NAMED).map(({ id }) => named(id));
  const more = missing.length > MOST_NAMED ? ' and others' : '';
  return [
    `${language}: ${missing.length} of ${texts.length} texts have no translation${reason}: ${some.join(', ')}${more}`,
  ];
}

function named(id: string): string {
  return quoted(id.length > LONGEST_NAMED ? `${id.slice(0, LONGEST_NAMED)}...` : id);
}
