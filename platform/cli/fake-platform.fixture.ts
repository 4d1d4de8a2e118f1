import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('vumi.js', import.meta.url));
/** With these the launcher need not start Node once more. */
const FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];
export const TOKEN = 'token-of-the-administrator';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}
type Answer = (seen: Seen) => { status?: number; json?: unknown; text?: string };

interface Run {
  code: number | null;
  out: string;
  err: string;
}

/** A small platform: answers what a test tells it to and remembers what it was asked. */
export class FakePlatform implements Disposable {
  seen: Seen[] = [];
  answers: Record<string, Answer> = {};
  readonly #server: Server;
  readonly #folder: string;

  private constructor(server: Server, folder: string) {
    this.#server = server;
    this.#folder = folder;
    this.forget();
  }

  /** With a folder in which the command is typed: a token of the administrator and an app `hello`. */
  static async start(): Promise<FakePlatform> {
    const server = createServer((request, response) => {
      void platform.#record(request).then((entry) => {
        const answer = platform.answers[`${entry.method} ${entry.path}`]?.(entry) ?? {
          status: 404,
          json: { code: 'not_found', detail: `the test has no ${entry.method} ${entry.path}` },
        };
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
        response.end(answer.status === 204 ? undefined : (answer.text ?? JSON.stringify(answer.json)));
      });
    });
    const platform = new FakePlatform(server, createFolder());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return platform;
  }

  /** As at the beginning of each test: one account and nothing else. */
  forget(): void {
    this.seen = [];
    this.answers = {
      'GET /accounts': () => page([{ name: 'demo', active: true, created_at: '2026-11-22T08:00:00Z' }]),
    };
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async vumi(
    words: string[],
    options: { input?: string; env?: NodeJS.ProcessEnv; flags?: string[] } = {},
  ): Promise<Run> {
    const child = spawn(process.execPath, [...(options.flags ?? FLAGS), LAUNCHER, ...words], {
      cwd: this.#folder,
      env: { PATH: process.env['PATH'], VUMI_URL: this.url, ...options.env },
    });
    child.stdin.end(options.input ?? '');
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { code: child.exitCode, out, err };
  }

  [Symbol.dispose](): void {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.#folder, { recursive: true });
  }

  async #record(request: IncomingMessage): Promise<Seen> {
    const address = new URL(request.url ?? '', 'http://x');
    const entry = {
      method: request.method ?? '',
      path: address.pathname.replace('/api/v1', ''),
      query: Object.fromEntries(address.searchParams),
      authorization: request.headers.authorization,
      body: await buffer(request),
    };
    this.seen.push(entry);
    return entry;
  }
}

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vumi-cli-'));
  mkdirSync(join(folder, '.vumi'));
  writeFileSync(join(folder, '.vumi', 'admin-token'), `${TOKEN}\n`);
  mkdirSync(join(folder, 'hello', 'workers'), { recursive: true });
  mkdirSync(join(folder, 'hello', 'node_modules'));
  writeFileSync(join(folder, 'hello', 'workers', 'worker.ts'), 'export default {};');
  writeFileSync(join(folder, 'hello', 'README.md'), 'mine');
  writeFileSync(join(folder, 'hello', 'package.json'), '{}');
  return folder;
}

export const page = (items: object[], cursor: string | null = null) => ({
  json: { items, next_cursor: cursor },
});
