import { languageCode, widening } from './codes.ts';
import { LazyText, type Values } from './lazy-text.ts';
import { formOf, knownFormOf, type PluralRule } from './plural-form.ts';

/**
 * Forms of a translation by its key; one form where the text depends on no number.
 *
 * @hidden
 */
export type CatalogText = readonly [key: string, forms: readonly string[]];

/**
 * Translations into one language, as a deploy makes them of a file of `languages/`.
 *
 * @hidden
 */
export interface CatalogFile {
  readonly language: string;
  /** Null: as this JavaScript knows the language. */
  readonly plural: PluralRule | null;
  readonly texts: readonly CatalogText[];
}

/**
 * All that an app can say in other languages than that of its code.
 *
 * @hidden
 */
export interface Catalog {
  /** What the app speaks; the first is the language of the texts in the code. */
  readonly languages: readonly string[];
  readonly files: readonly CatalogFile[];
}

/**
 * Makes one key of a text and what tells it from another, as gettext does.
 *
 * @hidden
 */
export function catalogKey(context: string | null, id: string): string {
  return context === null ? id : `${context}\u0004${id}`;
}

/** A text as it is said to a reader of a language; null: of the language that the app's code is in. */
type Render = (text: string | LazyText, language: string | null) => string;

export interface Translator {
  /** What the app speaks. */
  readonly languages: readonly string[];
  readonly render: Render;
}

interface OpenFile extends Pick<CatalogFile, 'language' | 'plural'> {
  readonly texts: ReadonlyMap<string, readonly string[]>;
}

export function translatorOf({ languages, files }: Catalog): Translator {
  const byLanguage = new Map(files.map((file) => [file.language, open(file)]));
  const found = (text: LazyText, language: string): string | null => {
    const file = byLanguage.get(language);
    const forms = file?.texts.get(catalogKey(text.context, text.id));
    return file === undefined || forms === undefined ? null : formIn(file, forms, text);
  };
  const render: Render = (text, language) => {
    if (!(text instanceof LazyText)) return text;
    const codes = widening(languageCode(language) ?? languages[0] ?? 'en');
    const template = codes.map((code) => found(text, code)).find((form) => form !== null) ?? original(text);
    return filled(template, text, (value) => render(value, language));
  };
  return { languages, render };
}

function open({ language, plural, texts }: CatalogFile): OpenFile {
  return { language, plural, texts: new Map(texts) };
}

function formIn({ language, plural }: OpenFile, forms: readonly string[], text: LazyText): string | null {
  if (text.plural === null) return forms[0] ?? null;
  const { count } = text.plural;
  return forms[plural === null ? knownFormOf(language, count) : formOf(plural, Math.abs(count))] ?? null;
}

function original({ id, plural }: LazyText): string {
  return plural === null || plural.count === 1 ? id : plural.id;
}

const PLACEHOLDER = /\{(\w+)\}/g;

/** Throws for a placeholder that nothing was given for. */
function filled(
  template: string,
  { id, values }: LazyText,
  render: (value: string | LazyText) => string,
): string {
  return template.replace(PLACEHOLDER, (_, name: string) => {
    const value = own(values, name);
    if (value === undefined)
      throw new TypeError(`t(${JSON.stringify(id)}) needs a value for {${name}}: t(text, { ${name} })`);
    return typeof value === 'number' ? String(value) : render(value);
  });
}

function own(values: Values, name: string): Values[string] | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
