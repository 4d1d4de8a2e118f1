import { errorAddress, errorText, VumiError } from '@vumi/core';

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
  /** Where the platform tells what the code means. */
  readonly docs: string | undefined;

  constructor(
    exitCode: number,
    message: string,
    refusal: { code?: string; field?: string; docs?: string } = {},
  ) {
    super(message);
    this.exitCode = exitCode;
    this.code = refusal.code;
    this.field = refusal.field;
    this.docs = refusal.docs;
  }
}

export function usageError(message: string): CliError {
  return new CliError(EXIT.usage, message);
}

/**
 * Where the code of what went wrong is told of: by the platform that refused, or by that at `url` for what went wrong here.
 * Undefined where it has no code.
 */
export function addressOf(error: unknown, url: string): string | undefined {
  if (error instanceof CliError) return error.docs;
  return error instanceof VumiError ? errorAddress(url, error.code) : undefined;
}

/** What went wrong, and its address on a line of its own. */
export function toldWithAddress(error: unknown, url: string): string {
  const address = addressOf(error, url);
  return address === undefined ? errorText(error) : `${errorText(error)}\n      see ${address}`;
}
