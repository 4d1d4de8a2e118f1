const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
};
const LARGEST = 0x10_ff_ff;

/** The text of a post in HTML: paragraphs and lines end, tags are left out, and what is escaped is as it was written. */
export function plainText(html: string): string {
  return html
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<\/(?:p|blockquote|ul|ol|pre|h[1-6])>\s*(?=<)/gi, '\n\n')
    .replace(/<\/li>\s*(?=<li)/gi, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,4}));/gi, entity)
    .trim();
}

function entity(whole: string, hex?: string, decimal?: string, name?: string): string {
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code > 0 && code <= LARGEST ? String.fromCodePoint(code).toWellFormed() : whole;
}
