import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shareSnapshots } from './template.ts';

const VUMI = fileURLToPath(new URL('../platform/cli/vumi.js', import.meta.url));
const FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];

/** `vumi dev` in the folder of an app. */
export class DevProcess implements AsyncDisposable {
  /** All that it has printed. */
  output = '';
  readonly #place: string;
  readonly #folder: string;
  #child: ChildProcess | null = null;

  private constructor(place: string) {
    this.#place = place;
    this.#folder = join(place, 'clinic');
  }

  static async create(worker: string): Promise<DevProcess> {
    const created = new DevProcess(await mkdtemp(join(tmpdir(), 'vumi-dev-')));
    await mkdir(join(created.#folder, 'workers'), { recursive: true });
    await mkdir(join(created.#folder, '.vumi/dev'), { recursive: true });
    await shareSnapshots(join(created.#folder, '.vumi/dev'));
    await created.write(worker);
    return created;
  }

  /** Where its platform keeps its data. */
  get data(): string {
    return join(this.#folder, '.vumi/dev');
  }

  start(...words: string[]): void {
    const child = spawn(process.execPath, [...FLAGS, VUMI, 'dev', this.#folder, ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    this.#child = child;
  }

  /** As editors do: whoever watches the file that was there hears no more of it. */
  async write(worker: string): Promise<void> {
    const file = join(this.#folder, 'workers/worker.js');
    await writeFile(`${file}~`, worker);
    await rename(`${file}~`, file);
  }

  async writeFile(name: string, text: string): Promise<void> {
    await writeFile(join(this.#folder, name), text);
  }

  type(line: string): void {
    this.#child?.stdin?.write(`${line}\n`);
  }

  /** Ends its input; gives its exit code. */
  async end(): Promise<number | null> {
    if (this.#child === null) throw new Error('it was not started');
    this.#child.stdin?.end();
    const [code] = (await once(this.#child, 'exit')) as [number | null];
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    await rm(this.#place, { recursive: true, force: true });
  }
}
