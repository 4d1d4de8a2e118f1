import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { printable } from '@vumi/core';
import { CliError, EXIT } from './exit.ts';

const SECRET = /password|passphrase|secret|token|_key$/i;

export interface OptionsSchema {
  readonly properties?: Readonly<
    Record<
      string,
      { readonly description?: string; readonly deprecated?: boolean; readonly writeOnly?: boolean }
    >
  >;
  readonly required?: readonly string[];
}

/** Whether somebody reads what is written and types what is read. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY;
}

/** Asks at the terminal for each option that is needed and not given, as words `name=value`. Passwords are not shown. */
export async function askOptions(
  { properties = {}, required = [] }: OptionsSchema,
  given: ReadonlySet<string>,
): Promise<string[]> {
  const words: string[] = [];
  for (const name of required.filter((one) => !given.has(one))) {
    const { description = '', writeOnly = false } = properties[name] ?? {};
    const value = await askOne(`${name}: ${description}\n`, writeOnly || SECRET.test(name));
    words.push(`${name}=${value}`);
  }
  return words;
}

/** Again until something is typed. */
async function askOne(about: string, isHidden: boolean): Promise<string> {
  process.stdout.write(printable(about.trimEnd()) + '\n');
  const terminal = createInterface({
    input: process.stdin,
    output: isHidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stdout,
    terminal: true,
  });
  try {
    for (;;) {
      if (isHidden) process.stdout.write('> ');
      const line = (await typed(terminal)).trim();
      if (isHidden) process.stdout.write('\n');
      if (line !== '') return line;
    }
  } finally {
    terminal.close();
  }
}

function typed(terminal: Interface): Promise<string> {
  return new Promise((resolve, reject) => {
    terminal.once('close', () => reject(new CliError(EXIT.refused, 'nothing was changed')));
    terminal.question('> ').then(resolve, reject);
  });
}
