import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from './program.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const PLACES = ['README.md', 'docs', 'sdk/README.md', 'sandbox/classic/README.md', 'transports/README.md'];
/** What is made of the program itself, and what is no page. */
const NOT_WRITTEN = new Set(['docs/reference', 'docs/site']);

/** Each command that a page shows in a block to be typed, with where it stands. */
const COMMANDS = PLACES.flatMap(pagesIn).flatMap((page) =>
  [...readFileSync(join(REPOSITORY, page), 'utf8').matchAll(/^```(?:sh)?\n([^]*?)^```$/gm)]
    .flatMap(([, block = '']) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
    .flatMap((line) => {
      const [, words] = /^(?:\$ )?npx vumi (.+)$/.exec(line) ?? [];
      return words === undefined ? [] : [{ page, line: words.replace(/\s+(?:#.*|[|>] .*)$/, '') }];
    }),
);

function pagesIn(path: string): string[] {
  if (path.endsWith('.md')) return [path];
  if (NOT_WRITTEN.has(path) || !statSync(join(REPOSITORY, path)).isDirectory()) return [];
  return readdirSync(join(REPOSITORY, path)).flatMap((name) => pagesIn(`${path}/${name}`));
}

/** Makes the commands do nothing, so that only their words are checked. */
function disarm(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  if (command.commands.length === 0 || command.registeredArguments.length > 0) command.action(() => {});
  for (const child of command.commands) disarm(child);
}

test('pages show commands', () => {
  expect(COMMANDS.length).toBeGreaterThan(200);
});

test.each(COMMANDS)('$page: "npx vumi $line" can be typed', async ({ line }) => {
  const program = createProgram(null);
  disarm(program);
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  await program.parseAsync(
    words.map((word) => word.replaceAll(/(["'])(.*?)\1/g, '$2')),
    { from: 'user' },
  );
});
