import { build, type BuildOptions, type BuildResult, type OutputFile } from 'esbuild';
import type { Catalog } from '@vumi/sdk';
import { checkSource } from './check-source.ts';
import { runCompiler } from './compiler.ts';
import { compileError, messageText } from './compile-errors.ts';
import { bundleFiles, NAMESPACE, WEB_NAMESPACE } from './bundle-files.ts';
import { isOfPackage } from './npm-packages.ts';
import { webGlobalsIn } from './web-globals.ts';

/** Code for the guest. */
export interface CompiledApp {
  /** A script whose value is what the worker exports (guest/bootstrap.ts evaluates it). */
  readonly code: string;
  /** Source map of `code`: its sources are the paths in the zip. Null when the code is the author's own. */
  readonly map: string | null;
}

interface Compiled {
  readonly worker: CompiledApp;
  readonly warnings: string[];
}

const GLOBAL_NAME = 'vumiWorker';
/** In a function, because a script's `var` would stay on the global object; strict, as modules are. */
const BEFORE = "(function () { 'use strict';";
/** Stacks name the script by this (apps/stack-mapper.ts). */
const AFTER = `return ${GLOBAL_NAME}; })()\n//# sourceURL=worker.js`;
const MOST_WARNINGS = 10;

/** What an app exports that talks by questions: the SDK makes handlers of it, which others do not pay for. */
const CONVERSATION = /\b(?:onConversation|screens)\b/;

/** What a source says that speaks several languages, though it may have no translations yet. */
const LANGUAGES =
  /\b(?:setLanguage|chooseLanguage)\b|\bapp\.(?:t|language)\b|\bimport\s*\{[^}]*\bt\b[^}]*\}\s*from\s*["']@vumi\/sdk["']/;

/** What is bundled: the worker itself, or one whose conversations are handlers, or that knows its users' languages. */
function entryOf(
  entry: string,
  sources: ReadonlyMap<string, string>,
  catalog: Catalog | undefined,
): Pick<BuildOptions, 'entryPoints' | 'stdin'> {
  const has = (trait: RegExp): boolean =>
    [...sources].some(([path, text]) => !isOfPackage(path) && trait.test(text));
  const talks = has(CONVERSATION);
  const speaks = catalog !== undefined || has(LANGUAGES);
  if (!talks && !speaks) return { entryPoints: [entry] };
  const conversing = talks ? `withConversations(app, catalog)` : 'app';
  const contents = `import * as worker from ${JSON.stringify(`./${entry}`)};
    import { withConversations, withLanguages } from '@vumi/sdk';
    const { default: app = worker } = { ...worker };
    const catalog = JSON.parse(${JSON.stringify(JSON.stringify(catalog ?? NO_CATALOG))});
    export default ${speaks ? `withLanguages(${conversing}, catalog)` : conversing};`;
  return { stdin: { contents, sourcefile: 'handlers.js' } };
}

const NO_CATALOG: Catalog = { languages: [], files: [] };

function bundle(
  entry: string,
  sources: ReadonlyMap<string, string>,
  catalog: Catalog | undefined,
): Promise<BuildResult<{ write: false }>> {
  const { modules, asMembers } = webGlobalsIn(sources);
  return build({
    ...entryOf(entry, sources, catalog),
    inject: modules.map((name) => `${WEB_NAMESPACE}:${name}`),
    define: asMembers,
    plugins: [bundleFiles(sources)],
    outfile: 'worker.js',
    bundle: true,
    write: false,
    format: 'iife',
    globalName: GLOBAL_NAME,
    platform: 'neutral',
    target: 'es2024',
    charset: 'utf8',
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
    tsconfigRaw: {},
    banner: { js: BEFORE },
    footer: { js: AFTER },
  });
}

function textOf(files: readonly OutputFile[], extension: string): string {
  return files.find(({ path }) => path.endsWith(extension))?.text ?? '';
}

/** Names the sources as the author does: esbuild puts a plugin's name before them. */
function withPlainSources(map: string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  const prefix = `${NAMESPACE}:`;
  const sources = parsed.sources.map((source) =>
    source.startsWith(prefix) ? source.slice(prefix.length) : '@vumi/sdk',
  );
  return JSON.stringify({ ...parsed, sources });
}

/**
 * Bundles a worker. `sources` are all that it can import, beside `@vumi/sdk`; `catalog` is what it says in other
 * languages. Throws `bundle.does_not_compile` with
 * `details.file`, `line` and `column`, the last two counted from one.
 */
export async function compileApp(
  entry: string,
  sources: ReadonlyMap<string, string>,
  catalog?: Catalog,
): Promise<Compiled> {
  return runCompiler(async () => {
    try {
      await Promise.all(Array.from(sources, ([path, text]) => checkSource(path, text)));
      const { outputFiles, warnings } = await bundle(entry, sources, catalog);
      return {
        worker: { code: textOf(outputFiles, '.js'), map: withPlainSources(textOf(outputFiles, '.map')) },
        warnings: warnings.slice(0, MOST_WARNINGS).map(messageText),
      };
    } catch (error) {
      throw compileError(error);
    }
  });
}
