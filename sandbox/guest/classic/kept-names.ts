import { KEPT_NAMES } from '../host.ts';
import { defineProperty, hasOwn, isArray } from '../primordials.ts';

type KeptName = readonly [name: string, get: () => unknown, set: (value: unknown) => void];

function show({ 0: name, 1: get, 2: set }: KeptName): void {
  if (hasOwn(globalThis, name)) return;
  const accessor = { __proto__: null, get, set, configurable: true };
  defineProperty(globalThis, name, accessor as PropertyDescriptor);
}

/**
 * Shows code that is made of texts later what the app's script has declared with `let`, `const` and `class`, as a script
 * at global scope would (spec sandbox-api §1.2). Names that the realm has already stay as the libraries know them.
 */
export function showKeptNames(value: unknown): void {
  if (!isArray(value) || value[0] !== KEPT_NAMES) return;
  for (let index = 1; index < value.length; index++) show(value[index] as KeptName);
}
