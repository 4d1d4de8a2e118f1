/** How a command ends; scripts may depend on the numbers, `vumi --help` lists them. */
export const EXIT = {
  /** The platform refused, what was waited for did not come, or something of the platform is down. */
  refused: 1,
  /** The command line is wrong. */
  usage: 2,
  /** No platform answers. */
  unreachable: 3,
} as const;

/** Ends the command: `message` is for the person who typed it and says what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  /** The code of the platform's refusal. */
  readonly code: string | undefined;
  /** The field that the platform found wrong. */
  readonly field: string | undefined;

  constructor(exitCode: number, message: string, refusal: { code?: string; field?: string } = {}) {
    super(message);
    this.exitCode = exitCode;
    this.code = refusal.code;
    this.field = refusal.field;
  }
}

export function usageError(message: string): CliError {
  return new CliError(EXIT.usage, message);
}
