import { po, type GetTextTranslations } from 'gettext-parser';
import { errorText } from '@vumi/core';
import { refusal } from '../refusal.ts';

/** One text of a file of translations. */
export interface Translation {
  readonly context: string | null;
  readonly id: string;
  readonly plural: string | null;
  /** One, or one for each plural form; none where there is no translation yet. */
  readonly forms: readonly string[];
  /** The text in the code has changed since it was translated. */
  readonly isFuzzy: boolean;
}

export interface TranslationFile {
  readonly path: string;
  readonly translations: readonly Translation[];
  /** `Plural-Forms`, where the file has it. */
  readonly pluralForms: string | null;
}

/** Reads a file of gettext, or the JSON that vumigo's tools make of one. Throws `bundle.refused`. */
export function readTranslations(path: string, text: string): TranslationFile {
  const read = path.endsWith('.json') ? readJson : readPo;
  try {
    return { path, ...read(text) };
  } catch (error) {
    const reason = `${path} is no file of translations: ${errorText(error)}. Save it as gettext's PO in UTF-8.`;
    throw refusal('language-invalid', reason, path);
  }
}

function readPo(text: string): Omit<TranslationFile, 'path'> {
  const file = po.parse(text);
  return { translations: translationsOf(file), pluralForms: file.headers['Plural-Forms'] ?? null };
}

function translationsOf({ translations }: GetTextTranslations): Translation[] {
  return Object.values(translations)
    .flatMap((texts) => Object.values(texts))
    .filter(({ msgid }) => msgid !== '')
    .map(({ msgctxt, msgid, msgid_plural, msgstr, comments }) => ({
      context: msgctxt === undefined || msgctxt === '' ? null : msgctxt,
      id: msgid,
      plural: msgid_plural ?? null,
      forms: msgstr.every((form) => form === '') ? [] : msgstr,
      isFuzzy: /\bfuzzy\b/.test(comments?.flag ?? ''),
    }));
}

/** Jed's form: `{ "": { plural_forms }, "text": [plural or null, form, …] }`, as it is or as a domain of others. */
function readJson(text: string): Omit<TranslationFile, 'path'> {
  const texts = domainOf(JSON.parse(text));
  const header = texts[''];
  const pluralForms =
    typeof header === 'object' && header !== null && 'plural_forms' in header ? header.plural_forms : null;
  return {
    translations: Object.entries(texts).flatMap(([key, value]) => (key === '' ? [] : [ofJed(key, value)])),
    pluralForms: typeof pluralForms === 'string' ? pluralForms : null,
  };
}

function domainOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('it is no object');
  if ('' in value) return value;
  const domains = 'locale_data' in value ? value.locale_data : value;
  const [inner] = Object.values(domains as Record<string, object | null | undefined>);
  if (inner !== undefined && inner !== null && '' in inner) return inner;
  throw new TypeError('it has no header, a member whose name is empty');
}

function ofJed(key: string, value: unknown): Translation {
  const [plural, ...forms] = Array.isArray(value) ? (value as unknown[]) : [null, value];
  if (!forms.every((form) => typeof form === 'string')) throw new TypeError(`"${key}" has no texts`);
  const [context, id] = key.includes('\u0004') ? key.split('\u0004', 2) : [null, key];
  return {
    context: context ?? null,
    id: id ?? '',
    plural: typeof plural === 'string' ? plural : null,
    forms: forms.every((form) => form === '') ? [] : forms,
    isFuzzy: false,
  };
}
