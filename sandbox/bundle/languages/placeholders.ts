/** Names of the placeholders of a text: `{name}`. */
function placeholdersOf(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(/\{(\w+)\}/g), ([, name = '']) => name));
}

/** What the placeholders of a translation are: those of its text, but that a number may be left out of a plural form. */
export function placeholderFault(
  { id, plural }: { readonly id: string; readonly plural: string | null },
  form: string,
): string | null {
  const known = new Set([...placeholdersOf(id), ...(plural === null ? [] : placeholdersOf(plural))]);
  const given = placeholdersOf(form);
  const unknown = [...given].find((name) => !known.has(name));
  if (unknown !== undefined) return `has {${unknown}}, which the text in the code has not`;
  const missing = [...known].find((name) => !given.has(name) && !(plural !== null && name === 'n'));
  return missing === undefined ? null : `lacks {${missing}}`;
}
