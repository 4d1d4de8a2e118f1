/** A command of a classic app, as its realm sent it. Nothing of it is trusted. */
export type Command = Readonly<Record<string, unknown>>;

/** What a command is answered with; the guest adds the command's name and number. */
export type Reply = Readonly<Record<string, unknown>> & { readonly success: boolean };

export function succeed(fields: Readonly<Record<string, unknown>> = {}): Reply {
  return { success: true, ...fields };
}

/** The toolkit makes a rejected promise of it, whose text is the reason. */
export function refuse(reason: string): Reply {
  return { success: false, reason };
}

/** Characters of a value that a reason repeats: an escape is six times as long. */
const SHOWN = 200;

/** A value as the original, which was written in Python, put it into its reasons. */
export function inPython(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value !== 'string') return JSON.stringify(value).slice(0, SHOWN);
  const text = value.slice(0, SHOWN);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(/[^ -~]/g, inEscapes);
  return `u${quote}${escaped}${quote}`;
}

function inEscapes(character: string): string {
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
