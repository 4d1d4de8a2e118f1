import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@vumi/machine/testing';
import { eventually } from '../platform.ts';

export interface DebianDaemon extends AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly configFile: string;
}

export interface DebianDaemonOptions {
  /** Its configuration, with the port to listen on and the folder that is its own. */
  readonly config: (place: { readonly port: number; readonly folder: string }) => string;
  /** The program and its arguments, which keep it in the foreground. */
  readonly command: (configFile: string) => readonly [program: string, ...args: string[]];
}

/** A server of another maker, with a configuration and a folder of its own, for one test file. */
export async function startDebianDaemon({ config, command }: DebianDaemonOptions): Promise<DebianDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'vumi-daemon-'));
  // Some give up being root.
  await chmod(folder, 0o777);
  const port = await freePort();
  // Prosody reads no file that is called otherwise.
  const configFile = join(folder, 'daemon.cfg.lua');
  await writeFile(configFile, config({ port, folder }));
  const [program, ...args] = command(configFile);
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await eventually(
    () => child.exitCode !== null || answers(port),
    (isThere) => isThere,
  );
  return {
    port,
    folder,
    configFile,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
