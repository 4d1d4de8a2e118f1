/** Mail programs put these before a whole quoted mail. */
const SEPARATOR =
  /^\s*(-{2,}\s*(original message|forwarded message|oorspronklike boodskap|message d'origine)\b|_{10,}\s*$)/i;
const QUOTED = /^\s*>/;
/** "On Monday, Thandi wrote:", in whatever language: the line, or the two, before what is quoted. */
const ATTRIBUTION_END = /:\s*$/;
const ATTRIBUTION_LINES = 2;

/** What somebody wrote, without the mail that it answers, which programs put after it. */
export function withoutQuotedTail(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const separator = lines.findIndex((line) => SEPARATOR.test(line));
  const upper = separator < 0 ? lines : lines.slice(0, separator);
  const answer = upper.slice(0, endOfAnswer(upper)).join('\n').trim();
  return answer === '' ? upper.join('\n').trim() : answer;
}

/** Where the quotation begins that goes on to the end. */
function endOfAnswer(lines: readonly string[]): number {
  let end = lines.length;
  while (end > 0 && (isBlank(lines[end - 1]) || QUOTED.test(lines[end - 1] ?? ''))) end -= 1;
  const hasQuotation = lines.slice(end).some((line) => QUOTED.test(line));
  if (!hasQuotation || !ATTRIBUTION_END.test(lines[end - 1] ?? '')) return end;
  const first = lines.slice(Math.max(0, end - ATTRIBUTION_LINES), end - 1).some((line) => !isBlank(line))
    ? 2
    : 1;
  return end - (isBlank(lines[end - 2]) ? 1 : first);
}

function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === '';
}
