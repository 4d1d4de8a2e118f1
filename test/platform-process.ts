import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { freePort } from '@vumi/machine/testing';
import { ADMIN_TOKEN, Client, eventually, type Place } from './platform.ts';

const VUMI = fileURLToPath(new URL('../platform/cli/vumi.js', import.meta.url));

/** The platform as its users run it: processes of their own, which can be killed and started again. */
export class PlatformProcess implements AsyncDisposable {
  readonly #configFile: string;
  readonly #roles: string | null;
  readonly client: Client;
  #child: ChildProcess | null = null;
  output = '';

  private constructor(configFile: string, roles: string | null, port: number) {
    this.#configFile = configFile;
    this.#roles = roles;
    this.client = new Client(`http://127.0.0.1:${port}`);
  }

  /** Prepares a process; `start` runs it. The port stays the same over restarts. `name` tells apart those of one role. */
  static async create(
    place: Place,
    settings: Record<string, unknown> = {},
    roles: string | null = null,
    name: string = roles ?? 'all',
  ): Promise<PlatformProcess> {
    const port = await freePort();
    const file = join(String(place.settings['data_dir']), `vumi-${name}.yaml`);
    const config = {
      ...place.settings,
      http: { port },
      simulators: { smsc: { enabled: false } },
      admin_token: ADMIN_TOKEN,
      log_level: 'warn',
      ...settings,
    };
    await writeFile(file, stringify(config));
    return new PlatformProcess(file, roles, port);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    this.output = '';
    const roles = this.#roles === null ? [] : ['--roles', this.#roles];
    const flags = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];
    const child = spawn(process.execPath, [...flags, VUMI, 'up', '--config', this.#configFile, ...roles], {
      // It stops when this channel closes, as when the test's process is killed.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-20_000);
      });
    }
    await eventually(
      () => {
        const end = child.exitCode ?? child.signalCode;
        if (end !== null) throw new Error(`the platform ended with ${end}: ${this.output}`);
        return this.output;
      },
      (text) => text.includes('Vumi is ready'),
      30_000,
    );
  }

  /** Waits for the end, too; gives the exit code, or null when there was none. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === null) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }
    return child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGTERM');
  }
}
