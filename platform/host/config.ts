import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorText, nearest, parseInput, VumiError } from '@vumi/core';
import { parse as parseYaml } from 'yaml';
import { configSchema, ROLES, type Config } from './config-schema.ts';
import { checkTransports } from './configured-transports.ts';

/** What was said on the command line; wins over all else. */
export interface Flags {
  readonly config?: string;
  readonly roles?: string;
  readonly dataDir?: string;
  readonly httpPort?: string;
  readonly smscPort?: string;
  readonly smppPort?: string;
  readonly logLevel?: string;
  readonly demo?: boolean;
}

type Tree = { [key: string]: unknown };

/** Environment variables and the settings that they stand for. */
const ENVIRONMENT: Readonly<Record<string, readonly string[]>> = {
  VUMI_BROKER_URL: ['broker', 'url'],
  VUMI_DATABASE_URL: ['database', 'url'],
  VUMI_REDIS_URL: ['redis', 'url'],
  VUMI_DATA_DIR: ['data_dir'],
  VUMI_HTTP_PORT: ['http', 'port'],
  VUMI_HTTP_HOST: ['http', 'host'],
  VUMI_PUBLIC_URL: ['http', 'public_url'],
  VUMI_SMSC_PORT: ['simulators', 'smsc', 'port'],
  VUMI_SMPP_PORT: ['smpp_server', 'port'],
  VUMI_ADMIN_TOKEN: ['admin_token'],
  VUMI_LOG_LEVEL: ['log_level'],
};

const FLAGS: Readonly<Record<string, readonly string[]>> = {
  roles: ['roles'],
  dataDir: ['data_dir'],
  httpPort: ['http', 'port'],
  smscPort: ['simulators', 'smsc', 'port'],
  smppPort: ['smpp_server', 'port'],
  logLevel: ['log_level'],
} satisfies { [Flag in Exclude<keyof Flags, 'config' | 'demo'>]: readonly string[] };

/** Defaults < file < environment < flags, checked once and frozen. Unknown keys are errors (DESIGN §3). */
export async function loadConfig(flags: Flags, env: NodeJS.ProcessEnv = process.env): Promise<Config> {
  const tree: Tree = flags.config === undefined ? {} : await readFileConfig(flags.config);
  checkNames(env);
  overlay(tree, ENVIRONMENT, env);
  overlay(tree, FLAGS, flags);
  // Without a file it is somebody's first look, or a trial: there the sample apps help.
  if (flags.demo !== undefined || flags.config === undefined) put(tree, ['demo'], flags.demo ?? true);
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
  checkTransports(config.transports);
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
