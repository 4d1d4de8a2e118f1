import { spellText, type NetworkCharacters } from '@vumi/core/text';
import { plainText } from './text-limits.ts';

/** A content in plain lines and the network's characters; or why it cannot be sent. Absent characters: all. */
export function spellContent(
  content: string | null,
  characters: NetworkCharacters | undefined,
): { readonly content: string | null } | { readonly refused: string } {
  if (content === null) return { content };
  const text = plainText(content);
  const spelled = spellText(text, characters);
  if (spelled !== null) return { content: spelled };
  const first = Array.from(text).find((one) => spellText(one, characters) === null) ?? '';
  const code = (first.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { refused: `the network has no character for U+${code}` };
}
