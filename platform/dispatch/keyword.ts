/**
 * The keyword of a text: its first word, in lower case. Vumi cut at the first ASCII space and trimmed nothing, so that
 * " stop" and "STOP\n" missed their route (spec vumi-core §3 ⚠). Here any white space separates, and letters that look
 * alike by compatibility (full-width, ligatures) are one.
 */
export function keywordOf(content: string | null): string {
  return (content ?? '').normalize('NFKC').trim().split(/\s/u, 1)[0]?.toLowerCase() ?? '';
}
