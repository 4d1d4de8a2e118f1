/** How integers are written, in JSON and in Redis alike. */
const INTEGER = /^(?:0|-?[1-9]\d{0,15})$/;

/** The sum as a number, or null when the text is no integer or the sum cannot be held exactly. */
export function addToText(text: string | null, by: number): number | null {
  if (text !== null && !INTEGER.test(text)) return null;
  const sum = Number(text ?? 0) + by;
  return Number.isSafeInteger(sum) ? sum : null;
}
