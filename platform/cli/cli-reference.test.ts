import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from './program.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/reference/cli.md', import.meta.url));
const INTRODUCTION = `# The command vumi

What \`npx vumi COMMAND --help\` shows, of each command. The options of \`vumi up\` are the
[settings of the platform](../settings.md).

<!-- Made of the help of platform/cli by cli-reference.test.ts: run that with --update after a change. -->
`;

/** Options that each command has are told of once, by the program. */
const OF_ALL = /^Global Options:\n(?: .*\n)+\n?/m;

function commandsOf(command: Command, path: string): { path: string; command: Command }[] {
  const inside = command.commands
    .filter((one) => one.name() !== 'help')
    .flatMap((one) => commandsOf(one, `${path} ${one.name()}`));
  return [{ path, command }, ...inside];
}

function helpOf(command: Command): string {
  let help = '';
  command
    .configureOutput({ writeOut: (text) => void (help += text), getOutHelpWidth: () => 100 })
    .outputHelp();
  return help;
}

function section({ path, command }: { path: string; command: Command }): string {
  const help = helpOf(command);
  const own = command.parent === null ? help : help.replace(OF_ALL, '');
  return `\n## ${path}\n\n\`\`\`text\n${own.trim().replaceAll(/[ \t]+$/gm, '')}\n\`\`\`\n`;
}

describe('the reference of the command', () => {
  const commands = commandsOf(createProgram(null), 'vumi');

  test('docs/reference/cli.md has the help of each command', async () => {
    expect(commands.length).toBeGreaterThan(100);
    await expect(INTRODUCTION + commands.map(section).join('')).toMatchFileSnapshot(DOCUMENT);
  });

  test.each(commands)('$path says what it does', ({ command }) => {
    expect(command.description()).toMatch(/\S/);
  });
});
