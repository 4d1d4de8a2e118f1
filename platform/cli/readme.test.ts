import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from './program.ts';

const README = new URL('../../README.md', import.meta.url);
const COMMANDS = [...readFileSync(README, 'utf8').matchAll(/^npx vumi (.+)$/gm)].map(([, words = '']) =>
  words.replace(/\s+#.*$/, ''),
);

/** Makes the commands do nothing, so that only their words are checked. */
function disarm(command: Command): void {
  if (command.commands.length === 0) command.action(() => {});
  for (const child of command.commands) disarm(child);
}

test('the README shows commands', () => {
  expect(COMMANDS.length).toBeGreaterThan(5);
});

test.each(COMMANDS)('the command of the README "npx vumi %s" can be typed', async (line) => {
  const program = createProgram('1.0.0');
  disarm(program);
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  await program.parseAsync(
    words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2')),
    { from: 'user' },
  );
});
