import type { Command } from 'commander';
import { addSetting, createCommand, readFlags } from './command-line.ts';
import type { Flags } from './config.ts';
import { describeSetting, SETTINGS } from './settings.ts';

const EXAMPLE = `
Settings that the file and these variables have, and no flag:
${SETTINGS.filter(({ flag, variable }) => flag === undefined && variable !== undefined)
  .map((setting) => `  ${setting.path.join('.')}: ${describeSetting(setting)}`)
  .join('\n')}

What is said in several places: a flag wins over a variable, a variable over the file. docs/settings.md has all settings.

Example:
  VUMI_BROKER_URL=amqp://guest:guest@127.0.0.1:5672 vumi up --config vumi.yaml
`;

/** `vumi up`, its flags made of the settings. */
export function createUpCommand(): Command {
  const command = createCommand(
    'vumi up',
    'Runs the platform: the embedded parts need nothing else, servers are used where they are named.',
  )
    .option('--config <file>', 'settings from a YAML file')
    .addHelpText('after', EXAMPLE);
  for (const setting of SETTINGS) addSetting(command, setting);
  return command;
}

/** Null when help was asked for, and shown. An unknown flag is the error `config.invalid`. */
export function parseArguments(args: readonly string[]): Flags | null {
  return readFlags(createUpCommand(), args);
}
