import { foldText } from '@vumi/core';

/**
 * The keyword of a text: its first word, folded. Vumi cut at the first ASCII space and trimmed nothing, so that
 * " stop" and "STOP\n" missed their route (spec vumi-core §3 ⚠). Here any white space separates.
 */
export function keywordOf(content: string | null): string {
  return /[^\s\u0085]+/u.exec(foldText((content ?? '').slice(0, MOST_READ)))?.[0] ?? '';
}

/** No keyword is that far behind what nobody sees, and a text may be long. */
const MOST_READ = 1000;
