import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { printable } from '@vumi/core';
import { readEnvironment } from './environment.ts';
import { CliError, EXIT, toldWithAddress } from './exit.ts';

import { createProgram } from './program.ts';

function readVersion(): string {
  const text = readFileSync(new URL('package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Says on stderr what went wrong and gives the exit code. Commander has said its part already. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  process.stderr.write(`vumi: ${printable(toldWithAddress(error, readEnvironment().url))}\n`);
  return error instanceof CliError ? error.exitCode : EXIT.refused;
}

// "vumi messages | head" closes the pipe early; that is nobody's error.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? 0 : EXIT.refused),
);

const words = process.argv.slice(2);
try {
  const given = words.length === 0 ? ['--help'] : words;
  // Behind a command, "--version" means a version of an app.
  const version = given[0]?.startsWith('-') === true ? readVersion() : null;
  await createProgram(version).parseAsync(given, { from: 'user' });
} catch (error) {
  process.exitCode = report(error);
}
