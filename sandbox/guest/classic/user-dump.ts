import { cut, indexIn, keys, parse, rest } from '../primordials.ts';

/** How toolkits start a line in which they log all that they know of a user; of his address or nothing, a colon and JSON follow. */
const STARTS = ['Loaded user', 'Saving user'] as const;
const COLON = ': ';

interface ToolkitUser {
  readonly lang?: unknown;
  readonly answers?: unknown;
  /** Of `vumigo_v02`. */
  readonly state?: { readonly name?: unknown };
  /** Of `vumigo_v01`. */
  readonly current_state?: unknown;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : 'none';
}

function summary(json: string): string {
  try {
    const { answers, lang, state, current_state } = parse(json) as ToolkitUser;
    const count = typeof answers === 'object' && answers !== null ? keys(answers).length : 0;
    return `state ${shown(state?.name ?? current_state)}, language ${shown(lang)}, ${count} answers`;
  } catch {
    return '(not shown)';
  }
}

/** Keeps a user's address and answers out of the log: of a toolkit's dump only what helps its author is left. */
export function withoutUserDump(line: string): string {
  for (let index = 0; index < STARTS.length; index++) {
    const start = STARTS[index] ?? '';
    const colon = cut(line, start.length) === start ? indexIn(line, COLON) : -1;
    if (colon !== -1) return `${start}${COLON}${summary(rest(line, colon + COLON.length))}`;
  }
  return line;
}
