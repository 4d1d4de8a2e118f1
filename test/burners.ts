import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Uses up a processor and ends with whoever started it: its standard input closes then. */
const BURN =
  "process.stdin.on('end', () => process.exit()).resume(); setInterval(() => { const end = Date.now() + 50; while (Date.now() < end); }, 0)";

/** Processes that take what processors there are, as on a machine that has too much to do. */
export async function startBurners(count: number): Promise<AsyncDisposable> {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', BURN], { stdio: ['pipe', 'ignore', 'ignore'] }),
  );
  await Promise.all(children.map((child) => once(child, 'spawn')));
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(
        children.map(async (child) => {
          const ended = once(child, 'exit');
          child.kill('SIGKILL');
          await ended;
        }),
      );
    },
  };
}
