import { z } from 'zod';

const REDACTED = '[redacted]';

/** A text of a configuration that is nobody's to see: it prints as `[redacted]`, wherever it may get printed. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** For the one who needs it, in the moment in which he does. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}

/** An option that holds a secret; its JSON Schema says `writeOnly`, so that forms and answers leave it out. */
export const secretSchema = z
  .string()
  .min(1)
  .meta({ format: 'password', writeOnly: true })
  .transform((text) => new Secret(text));
