/**
 * Characters that a terminal obeys instead of showing them: controls but for tab and line break, and marks that turn the
 * direction of what follows.
 */
// oxlint-disable-next-line no-control-regex -- finding control characters is the point
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** The text with such characters as `\x1b`: what was stored must not act on who looks at it. */
export function printable(text: string): string {
  return text.replaceAll(OBEYED, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** JSON that says the same, without such characters. */
export function printableJson(json: string): string {
  return json.replaceAll(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The text with U+FFFD in place of such characters, for what is kept to be shown. */
export function withoutControls(text: string): string {
  return text.replaceAll(OBEYED, '\ufffd');
}
