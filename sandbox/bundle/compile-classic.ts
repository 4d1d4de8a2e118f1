import { KNOWN_MODULES } from '@vumi/classic-libraries';
import { transform } from 'esbuild';
import { compileError, doesNotCompile } from './compile-errors.ts';
import { runCompiler } from './compiler.ts';
import { keptNamesTail } from './kept-names.ts';
import { likelyLibraries } from './library-traits.ts';
import { librariesOfPackage, type LibraryChoice } from './package-libraries.ts';
import type { CompiledApp } from './compile-app.ts';
import type { Manifest } from './manifest.ts';
import type { BundleParts } from './parts.ts';

/** What only classic apps say: they speak to a global `api`, most of them through the toolkit. */
const CLASSIC_TRAITS =
  /\bapi\.(on_inbound_(message|event)|on_unknown_command|request|log_info)\b|\brequire\(["']vumigo_v0[12]["']\)|\bInteractionMachine\b/;
/** In a text without comments and without spaces that mean nothing. */
const MODULE_TRAITS =
  /(^|[;}\n])(import[\s{*"']|export[\s{*])|\bmodule\.exports\b|(^|[;}\n])exports\.\w+=|@vumi\/sdk/;
const REQUIRED = /(?<![\w$.])require\("([^"\\]+)"\)/g;

async function withoutComments(path: string, text: string): Promise<string> {
  const { code } = await transform(text, {
    loader: 'js',
    sourcefile: path,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'silent',
    tsconfigRaw: {},
  });
  return code;
}

/** In the original too `require` gave null for what it did not know, which an app finds out when it uses it. */
function missingModules(code: string): string[] {
  const names = new Set(Array.from(code.matchAll(REQUIRED), ([, name = '']) => name));
  const missing = [...names].filter((name) => !KNOWN_MODULES.includes(name));
  if (missing.length === 0) return [];
  const asked = missing.map((name) => `"${name}"`).join(', ');
  return [
    `require gives null for ${asked}: there is no such module here, and code that uses it will throw. There are ${KNOWN_MODULES.join(', ')}`,
  ];
}

function leftOut(parts: BundleParts): string[] {
  const others = [...parts.sources.keys()].filter((path) => path !== parts.entry);
  return others.length > 0 ? [`Left out, because a classic app is one file: ${others.join(', ')}`] : [];
}

/** What an app says of its libraries, and what its code looks like. */
export interface LibraryEvidence {
  /** Of the manifest or of `package.json`; null when neither says. */
  readonly asked: LibraryChoice | null;
  readonly likely: LibraryChoice;
  /** The manifest says what the app is and what it gets: nothing needs to be told. */
  readonly isWritten: boolean;
}

/** A classic app, which is one script; its manifest says so. */
interface ClassicApp {
  readonly worker: CompiledApp;
  readonly manifest: Manifest;
  readonly libraries: LibraryEvidence;
  readonly warnings: string[];
}

function evidenceOf(code: string, { packageJson }: BundleParts, { api, libraries }: Manifest) {
  const ofPackage = librariesOfPackage(packageJson);
  const ofManifest = libraries === undefined ? null : { libraries, reason: 'vumi.json says so' };
  return {
    libraries: {
      asked: ofManifest ?? ofPackage.choice,
      likely: likelyLibraries(code),
      isWritten: api !== undefined && libraries !== undefined,
    } satisfies LibraryEvidence,
    warnings: ofPackage.warnings,
  };
}

/**
 * Takes a worker for what it is: null when it is written for the SDK. A classic app is not bundled, so that its `var`s
 * stay globals. Throws `bundle.does_not_compile` with `details.file`, `line` and `column`.
 */
export function compileClassic(parts: BundleParts, manifest: Manifest): Promise<ClassicApp | null> {
  const { entry } = parts;
  const text = parts.sources.get(entry) ?? '';
  if (manifest.api === 'sdk' || (manifest.api === undefined && !CLASSIC_TRAITS.test(text)))
    return Promise.resolve(null);
  return runCompiler(async () => {
    try {
      if (entry.endsWith('.ts')) {
        if (manifest.api === undefined) return null;
        throw doesNotCompile([{ text: 'a classic app is written in JavaScript', location: { file: entry } }]);
      }
      const code = await withoutComments(entry, text);
      const isModule = MODULE_TRAITS.test(code);
      if (manifest.api === undefined && (isModule || !CLASSIC_TRAITS.test(code))) return null;
      const evidence = evidenceOf(code, parts, manifest);
      return {
        worker: { code: `${text}\n${keptNamesTail(text)}//# sourceURL=${entry}`, map: null },
        manifest: { ...manifest, api: 'classic' },
        libraries: evidence.libraries,
        warnings: [...leftOut(parts), ...evidence.warnings, ...missingModules(code)],
      };
    } catch (error) {
      throw compileError(error);
    }
  });
}
