import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ADMIN_TOKEN, type Client } from './platform.ts';

const LAUNCHER = fileURLToPath(new URL('../platform/cli/vumi.js', import.meta.url));
/** With these the launcher need not start Node once more. */
const FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command `vumi` as people type it, against a platform under test. */
export function vumi({ url }: Client, ...words: string[]): Promise<Ended> {
  return vumiCommand({ VUMI_URL: url, VUMI_ADMIN_TOKEN: ADMIN_TOKEN }, ...words);
}

/** The same on whatever these variables name. */
export function vumiCommand(variables: NodeJS.ProcessEnv, ...words: string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'], ...variables };
  return new Promise((resolve) => {
    execFile(process.execPath, [...FLAGS, LAUNCHER, ...words], { env }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, out, err });
    });
  });
}
