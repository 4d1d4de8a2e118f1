import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorText, isExtensionFile, VumiError } from '@vumi/core';
import { parse as parseYaml } from 'yaml';

/** Options of a worker as somebody wrote them. */
export type Options = Readonly<Record<string, unknown>>;

/** Includes within includes; more are a circle that grows. */
const DEEPEST = 20;

/**
 * Reads a YAML file as Vumi did: YAML 1.1, in which `yes` is true, with `!include other.yaml` for a value that stands in
 * another file, relative to the one that includes it. Keys are texts, so that `+27761234567` keeps its plus. Files of
 * extensions (`router_class: ./my-router.ts`, `{file: ./mine.ts}`) become absolute here: later nobody knows where they
 * began. Throws `config.invalid`.
 */
export function readOptionsFile(path: string): Options {
  const file = resolve(path);
  const value = read(file, []);
  if (value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Options;
  throw invalid(`${file} must hold options: "name: value" lines`);
}

function read(file: string, includedBy: readonly string[]): unknown {
  if (includedBy.includes(file) || includedBy.length > DEEPEST) {
    throw invalid(`${file} includes itself: ${[...includedBy, file].join(' → ')}`);
  }
  const folder = dirname(file);
  const include = {
    tag: '!include',
    resolve: (path: string) => read(resolve(folder, path), [...includedBy, file]),
  };
  try {
    const value: unknown = parseYaml(withoutTabs(readFileSync(file, 'utf8')), {
      version: '1.1',
      stringKeys: true,
      customTags: [include],
    });
    return withFolder(value, folder);
  } catch (error) {
    if (error instanceof VumiError) throw error;
    throw invalid(`cannot read ${file}: ${errorText(error)}`, error);
  }
}

/** Vumi's own documentation indents an example with tabs, which YAML does not know. */
function withoutTabs(text: string): string {
  return text.replaceAll(/^[ \t]*\t[ \t]*/gm, (indent) => indent.replaceAll('\t', '    '));
}

/** Keys whose values may name a file of code. */
const NAMING_CODE: ReadonlySet<string> = new Set(['file', 'router_class', 'worker_class', 'class']);

function withFolder(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withFolder(item, folder));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    if (NAMING_CODE.has(key)) return [key, codeIn(inner, folder)] as const;
    // MultiWorker's: name to class.
    if (key === 'workers' && typeof inner === 'object' && inner !== null) {
      const workers = Object.entries(inner).map(([name, word]) => [name, codeIn(word, folder)] as const);
      return [key, Object.fromEntries(workers)] as const;
    }
    return [key, withFolder(inner, folder)] as const;
  });
  return Object.fromEntries(entries);
}

function codeIn(value: unknown, folder: string): unknown {
  if (typeof value !== 'string') return withFolder(value, folder);
  return isExtensionFile(value) ? resolve(folder, value) : value;
}

/** `key:value` as Vumi's --set-option takes it: the value is a text, whatever it looks like. */
export function readSetOption(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  if (colon > 0) return [text.slice(0, colon), text.slice(colon + 1)];
  throw invalid(`--set-option "${text}" is not of the form key:value`);
}

function invalid(text: string, cause?: unknown): VumiError {
  return new VumiError('config.invalid', text, { cause });
}
