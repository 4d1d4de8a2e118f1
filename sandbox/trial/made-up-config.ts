/** `….config.a.b.c` in code without spaces that mean nothing, and what follows it. */
const READ = /\.config((?:\.[A-Za-z_$][\w$]*)+)(\(|\[)?/g;
const OF_LISTS = new Set(['concat', 'every', 'filter', 'forEach', 'join', 'map', 'push', 'reduce', 'some']);
const ADDRESS = /url|host|endpoint|base|server/i;
/** What no member is made up of: a name that every object has. */
const NEVER = new Set(['constructor', 'hasOwnProperty', 'prototype', 'toString', '__proto__']);
const MOST_READS = 500;

type Made = string | string[] | { [name: string]: Made };

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names of members down to the value, and the value. */
function pathAndValue(names: string[], after: string | undefined): { path: string[]; value: Made } {
  const last = names.at(-1) ?? '';
  const isMethod = after === '(' || last === 'length';
  const path = isMethod ? names.slice(0, -1) : names;
  if (isMethod && OF_LISTS.has(last)) return { path, value: ['trial'] };
  if (after === '[') return { path, value: {} };
  return { path, value: ADDRESS.test(path.join('.')) ? 'http://trial.invalid/' : 'trial' };
}

function put(into: Record<string, Made>, [name = '', ...rest]: readonly string[], value: Made): void {
  if (name === '' || NEVER.has(name)) return;
  const before = into[name];
  if (rest.length === 0) {
    if (before === undefined) into[name] = value;
    return;
  }
  const group: { [name: string]: Made } = isGroup(before) ? before : {};
  into[name] = group;
  put(group, rest, value);
}

function merge(made: Record<string, unknown>, given: Record<string, unknown>): Record<string, unknown> {
  const both: Record<string, unknown> = { ...made };
  for (const [name, value] of Object.entries(given)) {
    const other = Object.hasOwn(made, name) ? made[name] : undefined;
    both[name] = isGroup(value) && isGroup(other) ? merge(other, value) : value;
  }
  return both;
}

function parsed(value: unknown): Record<string, unknown> {
  try {
    const read: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    return isGroup(read) ? read : {};
  } catch {
    return {};
  }
}

/**
 * A configuration to try a classic app with: the one that it has, and for all that it has not got yet the members that
 * its code reads, made up. Nearly every app of Vumi Go fails at once without its own.
 */
export function madeUpConfig(
  code: string,
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const made: Record<string, Made> = { name: 'trial' };
  let reads = 0;
  for (const [, members = '', after] of code.matchAll(READ)) {
    if (++reads > MOST_READS) break;
    const { path, value } = pathAndValue(members.slice(1).split('.'), after);
    put(made, path, value);
  }
  return { ...config, config: merge(made, parsed(config['config'])) };
}
