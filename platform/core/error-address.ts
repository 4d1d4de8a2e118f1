/** Where a platform tells what a code means and what to do: docs/errors.md, which has an anchor for each. */
export function errorAddress(platformUrl: string, code: string): string {
  return `${platformUrl.replace(/\/$/, '')}/docs/errors/#${code}`;
}
