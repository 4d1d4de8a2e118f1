import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { errorText } from '@vumi/core';
import { previewText, type TextPreview } from '@vumi/core/text';
import {
  languageCode,
  mergeTranslations,
  readTranslations,
  usedTexts,
  type TranslationFile,
  type UsedText,
} from '@vumi/sandbox/languages';
import { usageError } from '../exit.ts';

interface Extracted {
  readonly path: string;
  readonly texts: number;
  readonly added: number;
  readonly fuzzy: number;
  readonly obsolete: number;
}

/** Brings the files of an app up to date with its code. */
export async function extract(dir: string, asked: readonly string[]): Promise<Extracted[]> {
  const used = await textsOf(dir);
  const files = filesOf(dir);
  const targets = new Set([...asked.map(codeOf), ...listedIn(dir).slice(1), ...files.keys()]);
  if (targets.size === 0)
    throw usageError(
      'which languages? List them in vumi.json, "languages": ["en", "zu"], or give --language zu',
    );
  return [...targets].map((language) => {
    const path = files.get(language) ?? join('languages', `${language}.po`);
    if (extname(path) === '.json')
      throw usageError(`${path} cannot be brought up to date: make a PO file of it, or remove it`);
    const file = join(dir, path);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
    const { text, ...counts } = mergeTranslations(before, language, used);
    mkdirSync(join(dir, 'languages'), { recursive: true });
    writeFileSync(file, text);
    return Object.assign(counts, { path, texts: used.length });
  });
}

export interface LanguageStatus {
  readonly language: string;
  readonly done: number;
  readonly fuzzy: number;
  readonly missing: number;
  readonly longest: Longest | null;
}

interface Longest {
  readonly text: string;
  readonly alphabet: string;
  readonly units: number;
  readonly segments: number;
  /** Characters that only UCS-2 has. */
  readonly tipping: string;
}

/** What is translated: the language of the code first. */
export async function statusOf(dir: string): Promise<LanguageStatus[]> {
  const used = await textsOf(dir);
  const files = filesOf(dir);
  const [first = 'en', ...rest] = listedIn(dir);
  const source = {
    language: first,
    done: used.length,
    fuzzy: 0,
    missing: 0,
    longest: longestOf(used.flatMap(({ id, plural }) => (plural === null ? [id] : [id, plural]))),
  };
  const others = [...new Set([...rest, ...files.keys()])].filter((language) => language !== first);
  return [
    source,
    ...others.map((language) => {
      const path = files.get(language);
      const file = path === undefined ? null : readTranslations(path, readFileSync(join(dir, path), 'utf8'));
      return Object.assign(progressOf(used, file?.translations ?? []), { language });
    }),
  ];
}

function progressOf(
  used: readonly UsedText[],
  translations: TranslationFile['translations'],
): Omit<LanguageStatus, 'language'> {
  const found = used.flatMap(({ context, id }) => {
    const one = translations.find((entry) => entry.id === id && entry.context === context);
    return one === undefined || one.forms.length === 0 ? [] : [one];
  });
  const fuzzy = found.filter(({ isFuzzy }) => isFuzzy).length;
  return {
    done: found.length - fuzzy,
    fuzzy,
    missing: used.length - found.length,
    longest: longestOf(found.flatMap(({ forms }) => forms)),
  };
}

function longestOf(texts: readonly string[]): Longest | null {
  let longest: { text: string; preview: TextPreview } | null = null;
  for (const text of texts) {
    const preview = previewText(text);
    if (longest === null || isLonger(preview, longest.preview)) longest = { text, preview };
  }
  if (longest === null) return null;
  const { text, preview } = longest;
  return {
    text,
    alphabet: preview.encoding === 'gsm0338' ? 'GSM' : 'UCS-2',
    units: preview.units,
    segments: preview.segments.length,
    tipping: [...new Set(preview.foreign.map(({ character }) => character))].join(' '),
  };
}

function isLonger(one: TextPreview, other: TextPreview): boolean {
  return one.segments.length === other.segments.length
    ? one.units > other.units
    : one.segments.length > other.segments.length;
}

/** The texts that the code of an app says. */
async function textsOf(dir: string): Promise<readonly UsedText[]> {
  const workers = join(dir, 'workers');
  if (!existsSync(workers)) throw usageError(`${dir} is no app: it has no workers folder`);
  const paths = readdirSync(workers, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:js|mjs|ts)$/.test(path) && statSync(join(workers, path)).isFile())
    .sort();
  const sources = paths.map(
    (path) => [`workers/${path}`, readFileSync(join(workers, path), 'utf8')] as const,
  );
  try {
    const { texts, unreadable } = await usedTexts(new Map(sources));
    for (const place of unreadable)
      process.stderr.write(`${place}: t() is given no plain text in quotes, so no file can translate it\n`);
    return texts;
  } catch (error) {
    throw usageError(`the app does not compile: ${errorText(error)}`);
  }
}

/** Files of translations by language. */
function filesOf(dir: string): ReadonlyMap<string, string> {
  const folder = join(dir, 'languages');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(?:po|json)$/.test(name)) : [];
  return new Map(
    names.sort().map((name) => [codeOf(basename(name, extname(name))), join('languages', name)]),
  );
}

function codeOf(code: string): string {
  const known = languageCode(code);
  if (known === null) throw usageError(`"${code}" is no language: write a code such as "zu"`);
  return known;
}

/** Of vumi.json; the first is that of the code. */
function listedIn(dir: string): string[] {
  const file = join(dir, 'vumi.json');
  if (!existsSync(file)) return [];
  try {
    const { languages = [] } = JSON.parse(readFileSync(file, 'utf8')) as { languages?: string[] };
    return languages.map(codeOf);
  } catch (error) {
    throw usageError(`vumi.json: ${errorText(error)}`);
  }
}
