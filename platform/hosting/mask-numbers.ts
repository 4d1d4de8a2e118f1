/** So many digits, with at most a little between them, may be somebody's number. */
const LEAST_DIGITS = 9;
/** Blanks, dashes, dots, brackets, strokes, and marks that nobody sees. */
const GAP = String.raw`[\p{Zs}\p{Pd}\p{Ps}\p{Pe}\p{Cf}\t./·•\u2212]{0,3}`;
const NUMBERS = new RegExp(String.raw`\+?\p{Nd}(?:${GAP}\p{Nd}){${LEAST_DIGITS - 1},}`, 'gu');

/** A text that people wrote, without numbers at which somebody could be called. Other long numbers go with them. */
export function maskNumbers(text: string): string {
  return text.replaceAll(NUMBERS, '•••');
}
