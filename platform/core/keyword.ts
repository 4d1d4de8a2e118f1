/**
 * What nobody sees: signs that format or join (Cf, among them marks of direction), everything that Unicode gives no
 * shape (joiners, variation selectors, soft hyphens, fillers), control characters that are no white space, and the
 * stroke that only stretches an Arabic word.
 */
const INVISIBLE =
  /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Noncharacter_Code_Point}\u0640]|(?![\t-\r\u0085])\p{Cc}/gu;
/** A pattern of Braille without a dot. */
const BLANK = /\u2800/g;
/** What upper case of a Turkish i leaves behind in lower case. */
const DOT_OF_I = /(?<=i)\u0307/g;

/**
 * A text as keywords are compared: letters that are one by compatibility (full-width, ligatures, presentation forms)
 * and in either case are one, the Turkish ones too, and what nobody sees is not there. Marks that change a letter stay.
 */
export function foldText(text: string): string {
  if (/^[ -~\t\n\r]*$/.test(text)) return text.toLowerCase();
  const visible = text.normalize('NFKC').replaceAll(INVISIBLE, '').replaceAll(BLANK, ' ');
  return visible.toLowerCase().toUpperCase().toLowerCase().replaceAll(DOT_OF_I, '').normalize('NFKC');
}
