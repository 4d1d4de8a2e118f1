import { spawn } from 'node:child_process';
import { access, chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../platform.ts';

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** A RabbitMQ node of a test's own, so that killing it disturbs nobody. */
export class OwnRabbitmq implements AsyncDisposable {
  readonly #folder: string;
  readonly #port: number;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  static async start(port: number): Promise<OwnRabbitmq> {
    await access(SERVER).catch(() => {
      throw new Error(`no RabbitMQ to start: "apt-get install rabbitmq-server" brings ${SERVER}`);
    });
    const folder = await mkdtemp(join(tmpdir(), 'vumi-rabbitmq-'));
    await chmod(folder, 0o755);
    const node = new OwnRabbitmq(folder, port);
    await node.restart();
    return node;
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.#port}`;
  }

  async restart(): Promise<void> {
    const at = (name: string): string => join(this.#folder, name);
    spawn(SERVER, {
      detached: true,
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        HOME: this.#folder,
        RABBITMQ_NODENAME: `vumi_test_${this.#port}@localhost`,
        RABBITMQ_NODE_PORT: String(this.#port),
        RABBITMQ_DIST_PORT: String(this.#port + 20_000),
        RABBITMQ_MNESIA_BASE: at('mnesia'),
        RABBITMQ_LOG_BASE: at('log'),
        RABBITMQ_PID_FILE: at('pid'),
        RABBITMQ_ENABLED_PLUGINS_FILE: at('plugins'),
        RABBITMQ_CONFIG_FILE: at('none'),
      },
    }).unref();
    await eventually(() => this.#answers(), Boolean, 60_000);
  }

  /** `kill -9`, and waits until nothing answers. */
  async kill(): Promise<void> {
    const pid = Number(await readFile(join(this.#folder, 'pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await eventually(
      () => this.#answers(),
      (answers) => !answers,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  }
}
