/** What a request's target asks for. `refused` is a target that no honest page makes. */
export type AssetPath =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused' };

/** Separators and NULs that came encoded, and backslashes: they mean something else to whoever decodes again. */
const DISGUISED = /%2f|%5c|%00|\\/i;
/** The names that bundles may have (sandbox-security §3.5). */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const PAGE = /^[A-Za-z0-9_-]+$/;
const PRIVATE = /^workers$/i;

/**
 * The path of a file inside a bundle, to be looked up in the version's list of files. It is decoded once; dots,
 * empty parts and disguised separators never get as far as the look-up, and neither does what is not for browsers:
 * the worker's code, maps, the manifest, dot files.
 */
export function parseAssetPath(target: string): AssetPath {
  const [raw = ''] = target.split(/[?#]/, 1);
  if (!raw.startsWith('/') || DISGUISED.test(raw)) return { kind: 'refused' };
  const decoded = decodeOnce(raw);
  if (decoded === null) return { kind: 'refused' };
  const path = fileOf(decoded.slice(1));
  return isServed(path) ? { kind: 'path', path } : { kind: 'missing' };
}

/** A page beside the first one has a short address, as in a text message: /photo is assets/photo.html. */
function fileOf(name: string): string {
  if (name === '') return 'index.html';
  return PAGE.test(name) && !PRIVATE.test(name) ? `assets/${name}.html` : name;
}

function decodeOnce(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function isServed(path: string): boolean {
  const parts = path.split('/');
  if (!parts.every((part) => NAME.test(part))) return false;
  if (PRIVATE.test(parts[0] ?? '')) return false;
  return path.toLowerCase() !== 'vumi.json' && !path.toLowerCase().endsWith('.map');
}
