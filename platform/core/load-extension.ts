import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorText, VumiError } from './errors.ts';

export interface ExtensionWanted<T> {
  /** What the file has to hold, such as `router`. */
  readonly kind: string;
  /** The function of ours that makes one, such as `defineRouter`. */
  readonly definedBy: string;
  readonly isKind: (value: object) => value is T & object;
  /** Where a relative path begins. Default: where the process was started. */
  readonly folder?: string;
}

/** Whether a word of the configuration names a file rather than a type: `./my-router.ts`, `/etc/vumi/router.js`. */
export function isExtensionFile(word: string): boolean {
  return /^(?:\.{0,2}\/|[A-Za-z]:\\)|\.[mc]?[jt]s$/.test(word);
}

/**
 * What an operator wrote: the default export of a module in JavaScript or TypeScript, anywhere on this machine. It is
 * trusted as the platform is. Its imports of `@vumi/…` and `zod` are ours where it has none of its own. Throws
 * `config.invalid`, which says what is wrong with the file.
 */
export async function loadExtension<T>(file: string, wanted: ExtensionWanted<T>): Promise<T> {
  const { kind, definedBy, isKind, folder = process.cwd() } = wanted;
  const path = isAbsolute(file) ? file : resolve(folder, file);
  if (!existsSync(path)) throw invalid(`there is no file "${path}"`, kind);
  lendPackages();
  const module = await load(path, kind);
  const value = module.default;
  const hint = `end it with: export default ${definedBy}({ … })`;
  if (value === undefined) throw invalid(`"${path}" has no default export; ${hint}`, kind);
  if (typeof value === 'object' && value !== null && isKind(value)) return value;
  throw invalid(`the default export of "${path}" is no ${kind}; ${hint}`, kind);
}

async function load(path: string, kind: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  } catch (error) {
    throw invalid(`"${path}" cannot be loaded: ${errorText(error)}`, kind, error);
  }
}

const OURS = /^(?:@vumi\/|zod$|zod\/)/;
let lent = false;

/** An operator's folder has no node_modules with our packages. */
function lendPackages(): void {
  if (lent) return;
  lent = true;
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!OURS.test(specifier)) throw error;
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}

function invalid(text: string, kind: string, cause?: unknown): VumiError {
  return new VumiError('config.invalid', `${kind}: ${text}`, { cause });
}
