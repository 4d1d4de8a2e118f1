import { join } from 'node:path';
import { build } from 'esbuild';

const FOLDER = join(import.meta.dirname, '../guest/web');

/** Names that authors know from browsers and Node, by the module that has them. ECMAScript itself has none of these. */
const MODULE_OF = {
  URL: 'url',
  URLSearchParams: 'url',
  TextEncoder: 'text-coding',
  TextDecoder: 'text-coding',
  structuredClone: 'structured-clone',
  btoa: 'base64',
  atob: 'base64',
  crypto: 'crypto',
} as const;

type GlobalName = keyof typeof MODULE_OF;

/** Declared for authors in sdk/globals.d.ts. */
export const WEB_GLOBALS = Object.keys(MODULE_OF) as GlobalName[];

const built = new Map<string, Promise<string>>();

/** Each module as one text, made when an app first wants it. */
export function loadWebGlobal(name: string): Promise<string> {
  const before = built.get(name);
  if (before !== undefined) return before;
  const making = bundle(name);
  built.set(name, making);
  making.catch(() => built.delete(name));
  return making;
}

async function bundle(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, `${name}.ts`)],
    bundle: true,
    write: false,
    minify: true,
    keepNames: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2024',
    legalComments: 'none',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** What of it the sources speak of: an app that wants none of it carries none of it. */
export function webGlobalsIn(sources: ReadonlyMap<string, string>): WebGlobals {
  const texts = Array.from(sources.values());
  const names = WEB_GLOBALS.filter((name) => texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)));
  return {
    modules: [...new Set(names.map((name) => MODULE_OF[name]))],
    asMembers: Object.fromEntries(names.map((name) => [`globalThis.${name}`, name])),
  };
}

interface WebGlobals {
  readonly modules: readonly string[];
  /** Other ways to write their names, for esbuild's `define`. */
  readonly asMembers: Readonly<Record<string, string>>;
}
