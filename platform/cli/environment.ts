import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

const DEFAULT_PORT = '8000';
const DATA_FOLDER = '.vumi';
/** Where the platform of `vumi dev` keeps its data, in the app's folder. */
export const DEV_DATA = join(DATA_FOLDER, 'dev');
const TOKEN_FILE = 'admin-token';

/** What the surroundings say; flags win over it. */
export interface Environment {
  readonly url: string;
  readonly account: string | undefined;
  /** The token for the platform at `url`, or undefined when none is known. */
  tokenFor(url: string): string | undefined;
}

/** Reads VUMI_URL, VUMI_HTTP_PORT, VUMI_ACCOUNT, VUMI_ADMIN_TOKEN and VUMI_DATA_DIR. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env, folder = process.cwd()): Environment {
  return {
    url: env['VUMI_URL'] ?? `http://127.0.0.1:${env['VUMI_HTTP_PORT'] ?? DEFAULT_PORT}`,
    account: env['VUMI_ACCOUNT'],
    tokenFor: (url) => {
      if (env['VUMI_ADMIN_TOKEN'] !== undefined) return env['VUMI_ADMIN_TOKEN'];
      // The file opens the platform of this machine and is told to no other.
      if (!isThisMachine(url)) return undefined;
      const data = env['VUMI_DATA_DIR'];
      return data === undefined ? tokenAbove(folder, url) : readToken(data);
    },
  };
}

/**
 * The token of the platform that runs in this folder or, as in an app's own folder, in one above it. That of `vumi dev` is meant
 * where its address is.
 */
function tokenAbove(folder: string, url: string): string | undefined {
  const dev = join(folder, DEV_DATA);
  const token =
    readDevUrl(dev) === new URL(url).origin ? readToken(dev) : readToken(join(folder, DATA_FOLDER));
  const above = dirname(folder);
  return token ?? (above === folder ? undefined : tokenAbove(above, url));
}

/** What `vumi dev` has written down of its platform (dev/own-platform.ts). */
function readDevUrl(data: string): string | undefined {
  try {
    const { http } = parse(readFileSync(join(data, 'dev.yaml'), 'utf8')) as { http: { public_url: string } };
    return http.public_url;
  } catch {
    return undefined;
  }
}

function readToken(dataFolder: string): string | undefined {
  try {
    return readFileSync(join(dataFolder, TOKEN_FILE), 'utf8').trim();
  } catch {
    return undefined;
  }
}

function isThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
