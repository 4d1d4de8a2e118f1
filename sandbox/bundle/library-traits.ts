import { TELLING_MEMBERS, type LibrarySet } from '@vumi/classic-libraries';
import type { LibraryChoice } from './package-libraries.ts';

/** `name=require("library")`, in a text without comments and without spaces that mean nothing. */
const REQUIRED_AS = /(?<![\w$.])(?:([A-Za-z_$][\w$]*)=)?require\("([^"\\]+)"\)(?:\.([A-Za-z_$][\w$]*))?/g;
/** Names that are followed through the code, each at the cost of reading it once. */
const MOST_NAMES = 20;
const FIRST_TOOLKIT = 'vumigo_v01';

function escaped(name: string): string {
  return name.replaceAll('$', String.raw`\$`);
}

function membersOf(name: string, code: string): string[] {
  const use = new RegExp(`(?<![\\w$.])${escaped(name)}\\.([A-Za-z_$][\\w$]*)`, 'g');
  return Array.from(code.matchAll(use), ([, member = '']) => member);
}

/** What the code uses of each library that it asks for. */
function membersUsed(code: string): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  const followed = new Set<string>();
  for (const [, name, library = '', direct] of code.matchAll(REQUIRED_AS)) {
    const members = used.get(library) ?? new Set();
    used.set(library, members);
    if (direct !== undefined) members.add(direct);
    else if (name !== undefined && followed.size < MOST_NAMES && !followed.has(`${library} ${name}`)) {
      followed.add(`${library} ${name}`);
      for (const member of membersOf(name, code)) members.add(member);
    }
  }
  return used;
}

function tellingUse(used: ReadonlyMap<string, ReadonlySet<string>>, set: LibrarySet): string | null {
  for (const [library, members] of Object.entries(TELLING_MEMBERS[set])) {
    const member = members.find((name) => used.get(library)?.has(name));
    if (member !== undefined) return `the code uses ${member} of ${library}, which only they have`;
  }
  return null;
}

/**
 * The libraries that code was most likely written for. Where it uses nothing that only one of the sets has, these are
 * the older ones: most apps of Vumi Go were written for them, and newer code shows itself by what it calls.
 */
export function likelyLibraries(code: string): LibraryChoice {
  const used = membersUsed(code);
  const legacy = tellingUse(used, 'legacy');
  const modern = tellingUse(used, 'modern');
  if (modern !== null && legacy === null) return { libraries: 'modern', reason: modern };
  if (legacy !== null && modern === null) return { libraries: 'legacy', reason: legacy };
  const reason = used.has(FIRST_TOOLKIT)
    ? `the code asks for ${FIRST_TOOLKIT}`
    : 'most apps of Vumi Go were written for them';
  return { libraries: 'legacy', reason };
}
