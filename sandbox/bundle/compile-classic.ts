import { KNOWN_MODULES, type LibrarySet } from '@vumi/classic-libraries';
import { transform } from 'esbuild';
import { compileError, doesNotCompile } from './compile-errors.ts';
import { runCompiler } from './compiler.ts';
import { keptNamesTail } from './kept-names.ts';
import type { CompiledWorker } from './compile-worker.ts';
import type { Manifest } from './manifest.ts';
import type { BundleParts } from './parts.ts';

/** What only classic apps say: they speak to a global `api`, most of them through the toolkit. */
const CLASSIC_TRAITS =
  /\bapi\.(on_inbound_(message|event)|on_unknown_command|request|log_info)\b|\brequire\(["']vumigo_v0[12]["']\)|\bInteractionMachine\b/;
/** In a text without comments and without spaces that mean nothing. */
const MODULE_TRAITS =
  /(^|[;}\n])(import[\s{*"']|export[\s{*])|\bmodule\.exports\b|(^|[;}\n])exports\.\w+=|@vumi\/sdk/;
/** What came with lodash 2.4: the toolkit's first versions did. */
const LEGACY_TRAIT = /\b_\.contains\(|\brequire\("vumigo_v01"\)/;
const REQUIRED = /(?<![\w$.])require\("([^"\\]+)"\)/g;
const TOOLKIT_MINOR = /^[^\d]*0\.(\d+)/;
/** The first version of the toolkit that goes with lodash 4. */
const MODERN_MINOR = 3;

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

function toolkitRange(packageJson: string | null): string | undefined {
  try {
    const { dependencies, devDependencies } = JSON.parse(packageJson ?? '{}') as Record<string, unknown>;
    const ranges = { ...(devDependencies as object), ...(dependencies as object) } as Record<string, unknown>;
    const range = ranges['vumigo_v02'];
    return typeof range === 'string' ? range : undefined;
  } catch {
    return undefined;
  }
}

/** The libraries that an app was written for (spec sandbox-api §8). */
function chooseLibraries(code: string, packageJson: string | null): LibrarySet {
  const minor = TOOLKIT_MINOR.exec(toolkitRange(packageJson) ?? '')?.[1];
  if (minor !== undefined) return Number(minor) >= MODERN_MINOR ? 'modern' : 'legacy';
  return LEGACY_TRAIT.test(code) ? 'legacy' : 'modern';
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

function classicWarnings(parts: BundleParts, manifest: Manifest, libraries: LibrarySet): string[] {
  const others = [...parts.sources.keys()].filter((path) => path !== parts.entry);
  const say = `{ "api": "classic", "libraries": "${libraries}" }`;
  return [
    ...(manifest.api === undefined || manifest.libraries === undefined
      ? [
          `Taken for a classic app of Vumi Go with the ${libraries} libraries. Say in vumi.json what it is: ${say}`,
        ]
      : []),
    ...(others.length > 0 ? [`Left out, because a classic app is one file: ${others.join(', ')}`] : []),
  ];
}

/** A classic app, which is one script; its manifest says so. */
interface ClassicWorker {
  readonly worker: CompiledWorker;
  readonly manifest: Manifest;
  readonly warnings: string[];
}

/**
 * Takes a worker for what it is: null when it is written for the SDK. A classic app is not bundled, so that its `var`s
 * stay globals. Throws `bundle.does_not_compile` with `details.file`, `line` and `column`.
 */
export function compileClassic(parts: BundleParts, manifest: Manifest): Promise<ClassicWorker | null> {
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
      const libraries = manifest.libraries ?? chooseLibraries(code, parts.packageJson);
      return {
        worker: { code: `${text}\n${keptNamesTail(text)}//# sourceURL=${entry}`, map: null },
        manifest: { ...manifest, api: 'classic', libraries },
        warnings: [...classicWarnings(parts, manifest, libraries), ...missingModules(code)],
      };
    } catch (error) {
      throw compileError(error);
    }
  });
}
