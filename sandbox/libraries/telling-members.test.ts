import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { TELLING_MEMBERS } from './telling-members.ts';

const require = createRequire(import.meta.url);

function functionsOf(name: string): string[] {
  const members = require(name) as Record<string, unknown>;
  return Object.keys(members).filter((member) => typeof members[member] === 'function');
}

test.each(['lodash', 'seed-jsbox-utils'])(
  'the members of %s that tell a set are those of one only',
  (name) => {
    const modern = functionsOf(name);
    const legacy = functionsOf(`${name}-legacy`);
    const only = (of: string[], other: string[]) => of.filter((member) => !other.includes(member)).sort();
    expect([...(TELLING_MEMBERS.legacy[name] ?? [])].sort()).toEqual(only(legacy, modern));
    expect([...(TELLING_MEMBERS.modern[name] ?? [])].sort()).toEqual(only(modern, legacy));
  },
);
