import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, freePort } from '@vumi/machine/testing';
import { copyPostgres, shareSnapshots } from '../template.ts';
import type { PageBlock } from './page-blocks.ts';
import { withoutShown, isShown } from './shown-output.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const LAUNCHER = join(REPOSITORY, 'platform/cli/vumi.js');
const FLAGS = '--no-node-snapshot --disable-warning=ExperimentalWarning';
/** What stays in its terminal until it is stopped. */
const STAYS = /^(npm ci && npm start|npx vumi dev\b.*)$/;
/** On a machine that may be busy. */
const WITHIN_MS = 240_000;

/** Somebody who follows a page word by word, in a folder in which Vumi is as after `npm ci`. */
export class Reader implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'vumi-page-'));
  readonly #ports: { readonly http: number; readonly smsc: number };
  readonly #running: ChildProcess[] = [];
  /** What the last commands have shown, as far as the page has not. */
  #output = '';
  #typing: ChildProcess | null = null;

  private constructor(ports: { http: number; smsc: number }) {
    this.#ports = ports;
  }

  static async sitDown(): Promise<Reader> {
    const reader = new Reader({ http: await freePort(), smsc: await freePort() });
    reader.#prepare();
    return reader;
  }

  #prepare(): void {
    symlinkSync(join(REPOSITORY, 'node_modules'), join(this.#folder, 'node_modules'));
    symlinkSync(join(REPOSITORY, 'sample-apps'), join(this.#folder, 'sample-apps'));
    mkdirSync(join(this.#folder, '.bin'));
    // npx looks for the command for a second each time; what it finds is this.
    const script = `#!/bin/sh\nshift\nexec "${process.execPath}" ${FLAGS} "${LAUNCHER}" "$@"\n`;
    writeFileSync(join(this.#folder, '.bin/npx'), script, { mode: 0o755 });
  }

  /** What a first start would make takes long. */
  async #makeData(path: string): Promise<void> {
    const data = join(this.#folder, path);
    if (existsSync(data)) return;
    mkdirSync(data, { recursive: true });
    await copyPostgres(join(data, 'postgres'));
    await shareSnapshots(data);
  }

  /** Does what a page says; rejects where something else is shown. */
  async follow(page: string, blocks: readonly PageBlock[]): Promise<void> {
    for (const block of blocks) {
      await this.#do(block).catch((error: unknown) => {
        throw new Error(`${page}:${block.line}: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
  }

  /** Throws where the page leaves something in a terminal that it has not shown to the end. */
  finish(): void {
    this.#expectNothing();
  }

  async #do(block: PageBlock): Promise<void> {
    switch (block.kind) {
      case 'file':
        return this.#save(block.path, block.text);
      case 'change':
        return this.#change(block);
      case 'commands':
        this.#expectNothing();
        return this.#run(block.text.trim(), block.exit);
      case 'output':
        return this.#typing === null ? this.#compare(block.text) : this.#converse(block.text, this.#typing);
    }
  }

  /** As editors do: the file that was there is another one afterwards. */
  #save(path: string, text: string): void {
    const file = join(this.#folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}~`, text);
    renameSync(`${file}~`, file);
  }

  #change({ path, before, after }: { path: string; before: string; after: string }): void {
    const parts = readFileSync(join(this.#folder, path), 'utf8').split(before);
    if (parts.length !== 2) throw new Error(`${path} has these lines ${parts.length - 1} times:\n${before}`);
    this.#save(path, parts.join(after));
  }

  #env(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const path = [join(this.#folder, '.bin'), dirname(process.execPath), process.env['PATH'] ?? ''];
    return {
      HOME: this.#folder,
      PATH: path.join(delimiter),
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      ...variables,
    };
  }

  async #run(text: string, exit: number): Promise<void> {
    if (STAYS.test(text)) return this.#start(text);
    const env = this.#env({ VUMI_URL: `http://127.0.0.1:${this.#ports.http}` });
    const code = await new Promise<number>((resolve) => {
      const shell = ['-c', `set -e\n{\n${text}\n} 2>&1`];
      execFile('/bin/sh', shell, { cwd: this.#folder, env }, (error, shown) => {
        this.#output = this.#asPaged(shown);
        resolve(error === null ? 0 : Number(error.code ?? -1));
      });
    });
    if (code !== exit) throw new Error(`${text}\nended with ${code}:\n${this.#output}`);
  }

  /** What is started stays; the platform's ports are its own, so that pages can be followed side by side. */
  async #start(text: string): Promise<void> {
    const isPlatform = text.startsWith('npm');
    const [http, smsc] = [String(this.#ports.http), String(this.#ports.smsc)];
    const words = isPlatform ? ['up'] : text.split(' ').slice(2);
    await this.#makeData(isPlatform ? '.vumi' : join(words[1] ?? '.', '.vumi'));
    const child = spawn(process.execPath, [...FLAGS.split(' '), LAUNCHER, ...words], {
      cwd: this.#folder,
      env: this.#env(
        isPlatform ? { VUMI_HTTP_PORT: http, VUMI_SMSC_PORT: smsc, VUMI_LOG_LEVEL: 'error' } : {},
      ),
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    });
    this.#running.push(child);
    this.#typing = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (shown: string) => {
        if (this.#typing === child) this.#output += shown;
      });
  }

  #compare(page: string): void {
    const output = this.#output;
    this.#output = '';
    if (!isShown(page, output)) throw new Error(`what is shown is another text:\n${output}`);
  }

  /** The page shows what a terminal shows in which is typed: after `> `, and `^D` is the end. */
  async #converse(page: string, child: ChildProcess): Promise<void> {
    // `> 6 |` is the line of a source.
    for (const part of page.split(/^(?=> (?! *\d+ \|)|\^D)/m)) {
      const [, typed] = /^> (?! *\d+ \|)(.*)\n/.exec(part) ?? [];
      if (typed !== undefined) child.stdin?.write(`${typed}\n`);
      if (part.startsWith('^D')) return this.#end(child);
      const shown = typed === undefined ? part : part.slice(part.indexOf('\n') + 1);
      if (shown.trim() !== '') await this.#await(shown, child);
    }
    // Of the platform nothing more is looked at: the next commands are typed in another terminal.
    if (child === this.#running[0] && page.includes('Vumi is ready')) this.#typing = null;
  }

  async #await(shown: string, child: ChildProcess): Promise<void> {
    const seen = await eventually(
      () => ({
        rest: withoutShown(shown, this.#asPaged(this.#output)),
        over: child.exitCode ?? child.signalCode,
      }),
      ({ rest, over }) => rest !== null || over !== null,
      WITHIN_MS,
    ).catch(() => ({ rest: null }));
    if (seen.rest === null)
      throw new Error(`this does not come:\n${shown}\nbut\n${this.#asPaged(this.#output)}`);
    this.#output = seen.rest;
  }

  async #end(child: ChildProcess): Promise<void> {
    const gone = once(child, 'exit');
    child.stdin?.end();
    const [code] = (await gone) as [number | null];
    if (code !== 0) throw new Error(`it ended with ${code}:\n${this.#output}`);
    this.#typing = null;
    this.#output = '';
  }

  /** Who has the usual port is not told to name it. */
  #asPaged(output: string): string {
    return output.replaceAll(` --url http://127.0.0.1:${this.#ports.http}`, '');
  }

  #expectNothing(): void {
    if (this.#typing !== null)
      throw new Error('what was started is neither shown to the end nor ended by ^D');
    this.#output = '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
