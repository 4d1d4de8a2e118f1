/**
 * An app's configuration as the classic API gives it: the raw text of each value (spec sandbox-api §2, `config.get`).
 * Who sets the value of "config" as JSON need not put it into quotes.
 */
export function configTexts(config: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
