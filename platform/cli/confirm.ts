import { createInterface } from 'node:readline';
import { printable } from '@vumi/core';
import { CliError, EXIT, usageError } from './exit.ts';

/** Asks on the terminal, or reads the answer from a pipe; anything but yes ends the command. */
export async function confirm(question: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    process.stderr.write(`${printable(question)} Type "yes": `);
    for await (const line of terminal) {
      if (/^y(es)?$/i.test(line.trim())) return;
      throw new CliError(EXIT.refused, 'nothing was done');
    }
  } finally {
    terminal.close();
  }
  throw usageError('nobody answered, so nothing was done: add --yes where nobody can be asked');
}
