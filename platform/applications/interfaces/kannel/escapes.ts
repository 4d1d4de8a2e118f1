/** What the escape codes of Kannel's URLs stand for, by their letters. */
export type Escapes = Readonly<Record<string, string | number | null>>;

/** Puts in what "%p" and the like stand for, written as a query has it. A code that is not known stays. */
export function fillUrl(url: string, escapes: Escapes): string {
  return url.replaceAll(/%([A-Za-z%])/g, (code, letter: string) => {
    if (letter === '%') return '%';
    const value = escapes[letter];
    if (value === undefined) return code;
    return encodeURIComponent(String(value ?? '').toWellFormed());
  });
}

/** `YYYY-MM-DD HH:MM`, UTC. */
export function kannelDate(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ');
}
