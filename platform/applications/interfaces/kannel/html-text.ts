const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

/** What a page says, on one line: Kannel sends that where a program answers with HTML. */
export function htmlText(html: string): string {
  return html
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (entity, decimal, hex, name) =>
      characterOf(entity, decimal as string | undefined, hex as string | undefined, name as string),
    );
}

function characterOf(
  entity: string,
  decimal: string | undefined,
  hex: string | undefined,
  name: string,
): string {
  if (decimal === undefined && hex === undefined) return NAMED[name.toLowerCase()] ?? entity;
  const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point).toWellFormed() : entity;
}
