import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';

/** Sends back what it gets; plain JavaScript, because it runs with the flags of a runner. */
const ECHO = `const s = new (require('node:net').Socket)({ fd: 3, readable: true, writable: true }); s.pipe(s);`;

/** The raw baseline of a dispatch: milliseconds for a frame of so many bytes to another process and back, each. */
export async function benchPipeEcho(bytes: number, count: number): Promise<number[]> {
  const child = spawn(process.execPath, ['--jitless', '-e', ECHO], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  try {
    const pipe = child.stdio[3] as Duplex;
    const frame = `${'x'.repeat(bytes - 1)}\n`;
    let whenBack = (): void => {};
    pipe.setEncoding('utf8').on('data', (chunk: string) => {
      if (chunk.endsWith('\n')) whenBack();
    });
    const took: number[] = [];
    for (let n = 0; n < count; n++) {
      const startedAt = performance.now();
      await new Promise<void>((resolve) => {
        whenBack = resolve;
        pipe.write(frame);
      });
      took.push(performance.now() - startedAt);
    }
    return took;
  } finally {
    child.kill('SIGKILL');
  }
}
