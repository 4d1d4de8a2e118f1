import { VumiError } from '@vumi/core';
import { Command, CommanderError } from 'commander';
import type { Flags } from './config.ts';
import { describeSetting, SETTINGS, type Setting } from './settings.ts';

/** A command of the host. It ends nothing and writes nothing but its help. */
export function createCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .usage('[options]')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .helpOption('-h, --help', 'this help');
}

/** Adds the flag that a setting has, under that name or another one. */
export function addSetting(command: Command, setting: Setting, flag = setting.flag): void {
  if (flag === undefined) return;
  command.option(flag, describeSetting(setting));
  if (!flag.includes('<')) command.option(flag.replace('--', '--no-'), 'do not');
}

export function settingAt(path: string): Setting {
  const setting = SETTINGS.find((each) => each.path.join('.') === path);
  if (setting === undefined) throw new TypeError(`the schema has no setting ${path}`);
  return setting;
}

/** The flags that are given, by commander's names; null when help was asked for, and shown. */
export function readFlags(command: Command, args: readonly string[]): Flags | null {
  try {
    command.parse(args, { from: 'user' });
    return command.opts<Flags>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    const text = error.message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
    throw new VumiError('config.invalid', `${text}; --help shows what there is`, { cause: error });
  }
}
