/** Whether a text is meant by a pattern in which a star at the end is any rest: `assets/staff/*`. */
export function isMeantBy(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
