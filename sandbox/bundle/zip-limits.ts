const KB = 1024;
const MB = 1024 * KB;

/** What a bundle may weigh (spec sandbox-security §3.5); bytes, unless the name says otherwise. */
export const ZIP_LIMITS = {
  zip: 10 * MB,
  entries: 2000,
  total: 30 * MB,
  file: 5 * MB,
  workers: MB,
  languages: MB,
  /** Times that a file may grow by inflating, once it is larger than `ratioFrom`. */
  ratio: 100,
  ratioFrom: 64 * KB,
  /** Characters. */
  path: 200,
  /** Parts of a path. */
  depth: 10,
} as const;

export function inMegabytes(bytes: number): string {
  return `${Math.round((bytes / MB) * 10) / 10} MB`;
}
