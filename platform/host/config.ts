import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorText, nearest, parseInput, VumiError } from '@vumi/core';
import { Option } from 'commander';
import { parse as parseYaml } from 'yaml';
import { configSchema, ROLES, type Config } from './config-schema.ts';
import { readTransports } from './configured-transports.ts';
import { SETTINGS } from './settings.ts';

/** What was said on the command line, by commander's names of the flags; wins over all else. */
export interface Flags {
  readonly config?: string;
  readonly demo?: boolean;
  readonly [flag: string]: string | boolean | undefined;
}

type Tree = { [key: string]: unknown };

/** Environment variables and the settings that they stand for. */
const ENVIRONMENT: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  SETTINGS.flatMap(({ variable, path }) => (variable === undefined ? [] : [[variable, path] as const])),
);

const FLAGS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  SETTINGS.flatMap(({ flag, path }) =>
    flag === undefined ? [] : [[new Option(flag).attributeName(), path] as const],
  ),
);

/** Defaults < file < environment < flags, checked once and frozen. Unknown keys are errors (DESIGN §3). */
export async function loadConfig(flags: Flags, env: NodeJS.ProcessEnv = process.env): Promise<Config> {
  const tree: Tree = flags.config === undefined ? {} : await readFileConfig(flags.config);
  checkNames(env);
  overlay(tree, ENVIRONMENT, env);
  overlay(tree, FLAGS, flags);
  // Without a file it is somebody's first look, or a trial: there the sample apps help.
  if (flags.demo === undefined && flags.config === undefined) put(tree, ['demo'], true);
  return checkConfig(parseInput(configSchema, tree, 'config.invalid'));
}

/** Refuses what is a setting but for a slip. Other names may be anybody's: Kubernetes gives a service "vumi" VUMI_PORT. */
function checkNames(env: NodeJS.ProcessEnv): void {
  const known = Object.keys(ENVIRONMENT);
  for (const name of Object.keys(env)) {
    if (!name.startsWith('VUMI_') || known.includes(name)) continue;
    const meant = nearest(name, known);
    if (meant === undefined) continue;
    throw new VumiError('config.invalid', `unknown variable ${name}; did you mean ${meant}?`);
  }
}

/** Puts what is set under the given names where it belongs; an empty text is not set. */
function overlay(tree: Tree, places: Readonly<Record<string, readonly string[]>>, values: object): void {
  for (const [name, path] of Object.entries(places)) {
    const value: unknown = Reflect.get(values, name);
    if (value !== undefined && value !== '') put(tree, path, value);
  }
}

/** Checks what one field alone cannot show. */
export function checkConfig(config: Config): Config {
  const embedded = (['broker', 'database', 'redis'] as const).filter(
    (part) => config[part].url === undefined,
  );
  const first = embedded[0];
  // Without the role smpp nobody binds, and everything else is there.
  const shares = ROLES.some((role) => role !== 'smpp' && !config.roles.includes(role));
  if (shares && first !== undefined) {
    throw new VumiError(
      'config.invalid',
      `single roles share their work through servers, and ${embedded.join(', ')} ${embedded.length > 1 ? 'are' : 'is'} embedded; set ${embedded.map((part) => `VUMI_${part.toUpperCase()}_URL`).join(', ')}`,
      { field: first },
    );
  }
  if (shares && config.roles.includes('smpp') && config.smpp_server === undefined) {
    const text = 'the role smpp needs a port: set VUMI_SMPP_PORT, or the section smpp_server';
    throw new VumiError('config.invalid', text, { field: 'smpp_server' });
  }
  readTransports(config.transports);
  return Object.freeze({ ...config, data_dir: resolve(config.data_dir) });
}

async function readFileConfig(path: string): Promise<Tree> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new VumiError('config.invalid', `cannot read the configuration ${path}: ${errorText(error)}`, {
      cause: error,
    });
  }
  let tree: unknown;
  try {
    tree = parseYaml(text) ?? {};
  } catch (error) {
    throw new VumiError('config.invalid', `${path} is not YAML: ${errorText(error)}`, { cause: error });
  }
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    throw new VumiError('config.invalid', `${path} must hold settings as "name: value" lines`);
  }
  return tree as Tree;
}

function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const child = tree[key];
  // A section given as a bare URL becomes a section, so that the variable can override its URL.
  const section: Tree = typeof child === 'object' && child !== null ? { ...child } : {};
  put(section, rest, value);
  tree[key] = section;
}
