import { writeSync } from 'node:fs';
import { silentLogger } from '@vumi/core';
import { openEmbeddedBroker } from './embedded-broker.ts';

/** A process that a test kills: publishes to `kept` and `handled`, consumes `handled`, and says what is safe. */
const broker = await openEmbeddedBroker({ dataDir: process.argv[2] ?? '', logger: silentLogger });

/** Straight to the file descriptor: what a stream still held would be lost with the process. */
function say(what: string, body: string): void {
  for (;;) {
    try {
      writeSync(1, `${what} ${body}\n`);
      return;
    } catch (error) {
      // The reader is slower: once more.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

await broker.consume('handled', async (body) => say('acknowledged', body), {
  prefetch: 10,
  failuresKey: 'failures',
});

async function publishForEver(queue: string, lane: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const body = `${queue}-${lane}-${n}`;
    await broker.publish(queue, body);
    say('confirmed', body);
  }
}

await Promise.all(
  Array.from({ length: 20 }, (_, lane) => publishForEver(lane % 2 === 0 ? 'kept' : 'handled', lane)),
);
