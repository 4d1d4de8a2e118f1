/**
 * A code of BCP 47 as it is written: `zul` is `zu`, `eng_ZA` is `en-ZA`. Null for what is none.
 *
 * @hidden
 */
export function languageCode(code: unknown): string | null {
  if (typeof code !== 'string') return null;
  try {
    return Intl.getCanonicalLocales(code.trim().replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}

/** A language, then what it is a kind of: `pt-BR`, `pt`. */
export function widening(code: string): string[] {
  const parts = code.split('-');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('-'));
}

/** What a language calls itself: `isiZulu`. */
export function ownName(code: string): string {
  const name = new Intl.DisplayNames([code], { type: 'language', fallback: 'none' }).of(code) ?? code;
  return /\p{Lu}/u.test(name) ? name : name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}
