/** How long a text is for whoever counts characters; one outside of the basic plane is one. */
export function charactersOf(text: string | null): number {
  return Array.from(text ?? '').length;
}
