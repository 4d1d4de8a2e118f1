import { cut, keys, parse, rest } from '../primordials.ts';

/** How the toolkit starts the line in which it logs all that it knows of a user. */
const START = 'Loaded user: ';

interface ToolkitUser {
  readonly lang?: unknown;
  readonly answers?: unknown;
  readonly state?: { readonly name?: unknown };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : 'none';
}

/** Keeps a user's address and answers out of the log: of the toolkit's dump only what helps its author is left. */
export function withoutUserDump(line: string): string {
  if (cut(line, START.length) !== START) return line;
  try {
    const { answers, lang, state } = parse(rest(line, START.length)) as ToolkitUser;
    const count = typeof answers === 'object' && answers !== null ? keys(answers).length : 0;
    return `${START}state ${shown(state?.name)}, language ${shown(lang)}, ${count} answers`;
  } catch {
    return `${START}(not shown)`;
  }
}
