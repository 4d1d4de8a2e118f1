/**
 * What trusted code in the guest uses of JavaScript, taken before tenant code can replace it. Code in this folder
 * calls these, directly or through the captured `apply`; it never spreads, iterates or calls a method of a builtin by
 * name once tenant code has run (spec sandbox-security §2.6, rule 2).
 */
export const { apply, construct } = Reflect;
export const { parse, stringify } = JSON;
export const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, keys } = Object;
export const { isSafeInteger, isFinite } = Number;
export const { isArray } = Array;
export const { imul } = Math;
export const TrustedPromise = Promise;
export const TrustedError = Error;
export const TrustedMap = Map;
export const TrustedDate = Date;
export const TrustedTypeError = TypeError;
export const TrustedArrayBuffer = ArrayBuffer;
export const text = String;
// oxlint-disable-next-line no-eval -- an app's code is run: that is what the guest is for
export const evaluate = eval;

/* oxlint-disable typescript/unbound-method -- called through `apply` alone */
const stringSlice = String.prototype.slice;
const stringIndexOf = String.prototype.indexOf;
const stringCharCode = String.prototype.charCodeAt;
const stringToUpper = String.prototype.toUpperCase;
const mapGet = Map.prototype.get;
const mapSet = Map.prototype.set;
const mapDelete = Map.prototype.delete;
const mapForEach = Map.prototype.forEach;
const promiseThen = Promise.prototype.then;
export const arrayIndexOf = Array.prototype.indexOf;
export const stringToLower = String.prototype.toLowerCase;
export const errorToString = Error.prototype.toString;
export const dateToString = Date.prototype.toString;
export const dateToTime = Date.prototype.getTime;
/* oxlint-enable typescript/unbound-method */

export function cut(value: string, length: number): string {
  return value.length > length ? apply(stringSlice, value, [0, length]) : value;
}

/** What follows the first `length` characters. */
export function rest(value: string, length: number): string {
  return apply(stringSlice, value, [length]);
}

/** Where a part begins; -1 when there is none. */
export function indexIn(value: string, part: string): number {
  return apply(stringIndexOf, value, [part]);
}

export function charCode(value: string, index: number): number {
  return apply(stringCharCode, value, [index]);
}

export function upper(value: string): string {
  return apply(stringToUpper, value, []);
}

/** Not by the method, which would call a setter that a tenant has put on a prototype. */
export function push<T>(list: T[], value: T): void {
  const item = { __proto__: null, value, writable: true, enumerable: true, configurable: true };
  defineProperty(list, list.length, item as PropertyDescriptor);
}

export function getIn<K, V>(map: Map<K, V>, key: K): V | undefined {
  return apply(mapGet, map, [key]);
}

export function setIn<K, V>(map: Map<K, V>, key: K, value: V): void {
  apply(mapSet, map, [key, value]);
}

export function deleteIn<K, V>(map: Map<K, V>, key: K): void {
  apply(mapDelete, map, [key]);
}

export function forEachIn<K, V>(map: Map<K, V>, visit: (value: V, key: K) => void): void {
  apply(mapForEach, map, [visit]);
}

export function andThen<T, U>(
  promise: Promise<T>,
  done: (value: T) => U,
  failed?: (reason: unknown) => U,
): Promise<U> {
  return apply(promiseThen, promise, [done, failed]);
}

/** Made by the constructor, because `Promise.resolve` looks at properties that a tenant may define. */
export function resolved<T>(value: T): Promise<T> {
  return new TrustedPromise((resolve) => resolve(value));
}
