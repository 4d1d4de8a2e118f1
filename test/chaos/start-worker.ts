import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from '../platform.ts';

const VUMI = fileURLToPath(new URL('../../platform/cli/vumi.js', import.meta.url));

/** `vumi worker` in a process of its own, whose worker runs when this resolves. */
export async function startWorker(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const flags = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...flags, VUMI, 'worker', ...words], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  await eventually(
    () => {
      if (child.exitCode !== null) throw new Error(`the worker ended: ${output}`);
      return output;
    },
    (text) => text.includes(' runs on '),
  );
  return child;
}
