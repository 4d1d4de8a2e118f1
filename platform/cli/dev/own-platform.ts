import { spawn, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clockMove, readClockShown } from '@vumi/core';
import { freePort } from '@vumi/machine';
import { stringify } from 'yaml';
import { CliError, EXIT } from '../exit.ts';

const LAUNCHER = fileURLToPath(new URL('../vumi.js', import.meta.url));
/** With these the launcher need not start Node once more. */
const FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];
const READY = 'Vumi is ready';
const LONGEST_OUTPUT = 20_000;

/** A platform for one app, with data of its own in the app's folder. It stops with this process, however that ends. */
export class OwnPlatform implements AsyncDisposable {
  readonly url: string;
  /** Where its simulator of a mobile network takes binds. */
  readonly smscPort: number;
  readonly #child: ChildProcess;
  readonly #data: string;

  private constructor(child: ChildProcess, data: string, ports: { http: number; smsc: number }) {
    this.url = `http://127.0.0.1:${ports.http}`;
    this.smscPort = ports.smsc;
    this.#child = child;
    this.#data = data;
  }

  /** Of the administrator. */
  get token(): string {
    return readFileSync(join(this.#data, 'admin-token'), 'utf8').trim();
  }

  static async start(data: string, httpPort: number | null): Promise<OwnPlatform> {
    mkdirSync(data, { recursive: true });
    const ports = { http: httpPort ?? (await freePort()), smsc: await freePort() };
    // Other commands find a platform by "dev.yaml": one that is refused its folder leaves that of the one that has it.
    const file = join(data, `dev-${process.pid}.yaml`);
    const config = {
      data_dir: data,
      // Said, so that no transport waits for one: the networks of this platform are on this machine.
      http: { port: ports.http, public_url: `http://127.0.0.1:${ports.http}` },
      simulators: { smsc: { port: ports.smsc } },
      smpp_server: { port: 0 },
      log_level: 'error',
    };
    writeFileSync(file, stringify(config));
    const child = spawn(process.execPath, [...FLAGS, LAUNCHER, 'dev-platform', '--config', file], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    try {
      await untilReady(child);
    } catch (error) {
      rmSync(file);
      throw error;
    }
    renameSync(file, join(data, 'dev.yaml'));
    return new OwnPlatform(child, data, ports);
  }

  /** Puts the clock of its apps on to a time, milliseconds since the epoch, or leaves it: it is never put back. Answers what it shows. */
  async moveClock(to: number): Promise<number> {
    const answered = new AbortController();
    try {
      const said = on(this.#child, 'message', { signal: answered.signal, close: ['disconnect'] });
      this.#child.send(clockMove(to));
      for await (const [message] of said) {
        const now = readClockShown(message);
        if (now !== null) return now;
      }
    } finally {
      answered.abort();
    }
    throw new CliError(EXIT.unreachable, 'the platform of "vumi dev" has ended: start it again');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-LONGEST_OUTPUT);
      if (output.includes(READY)) resolve();
    });
  }
  child.once('exit', () =>
    reject(new CliError(EXIT.refused, `the platform did not start:\n${output.trim()}`)),
  );
  await promise;
}
