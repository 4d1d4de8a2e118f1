import { silentLogger } from '@vumi/core';
import { EsmeBench, SmscBench, type Wire } from '@vumi/transports/smpp/conformance';
import { startSmscSimulator } from '@vumi/transports/smpp/simulator';
import { openTransportPlace } from '../conformance/transport-place.ts';
import { eventually } from '../platform.ts';
import { WHOLE_FRAMES } from './codec-fuzz.ts';
import { mutate, OTHER_PROTOCOLS, type Dice } from './octets.ts';

/** One of our two sides, at which octets are thrown. */
export interface FuzzedSide extends AsyncDisposable {
  /** Throws one stream at a session; fails when the side does not answer the next one. */
  attack(dice: Dice): Promise<void>;
  /** Fails when the side is not well, or keeps what has ended. */
  check(): Promise<void>;
}

const PATIENCE = { host: '127.0.0.1', timeoutMs: 5000, from: '27761234567', to: '12345', slow: false };

function streamOf(dice: Dice): Buffer {
  switch (dice.roll(4)) {
    case 0:
      return dice.octets(1 + dice.roll(300));
    case 1:
      return dice.one(OTHER_PROTOCOLS)[1];
    default:
      return Buffer.concat(
        Array.from({ length: 1 + dice.roll(5) }, () =>
          dice.roll(2) === 0 ? dice.one(WHOLE_FRAMES) : mutate(dice.one(WHOLE_FRAMES), dice),
        ),
      );
  }
}

/** In pieces or whole, and the line stays, ends, or breaks. */
async function throwAt(wire: Wire, dice: Dice): Promise<void> {
  const stream = streamOf(dice);
  const cut = dice.roll(stream.length);
  wire.raw(stream.subarray(0, cut));
  if (dice.roll(2) === 0) await new Promise((resolve) => setImmediate(resolve));
  wire.raw(stream.subarray(cut));
  if (dice.roll(3) === 0) wire.socket.end();
}

export async function fuzzedSimulator(): Promise<FuzzedSide> {
  const smsc = await startSmscSimulator({ port: 0, logger: silentLogger });
  const receiptMs = 1000;
  const bench = new SmscBench({
    ...PATIENCE,
    port: smsc.port,
    systemId: 'fuzz',
    password: 'fuzz',
    receiptMs,
  });
  return {
    async attack(dice) {
      const wire = dice.roll(3) === 0 ? await bench.connect() : await bench.bound();
      await throwAt(wire, dice);
      wire.socket.end();
      await wire.closes(1000);
      wire.destroy();
    },
    async check() {
      await bench.alive(await bench.bound());
      await bench.tidy();
      await eventually(
        () => smsc.sessions().length,
        (count) => count === 0,
      );
    },
    [Symbol.asyncDispose]: () => smsc[Symbol.asyncDispose](),
  };
}

export async function fuzzedTransport(): Promise<FuzzedSide> {
  const bench = await EsmeBench.listen({ ...PATIENCE, port: 0, bindMs: 10_000 });
  const place = await openTransportPlace();
  await place.start({ port: bench.port, max_reconnect_delay: 0.05 });
  return {
    async attack(dice) {
      const wire = await bench.bound();
      await throwAt(wire, dice);
      if (dice.roll(2) === 0) await wire.closes(20);
      wire.destroy();
    },
    async check() {
      await bench.alive(await bench.bound());
    },
    async [Symbol.asyncDispose]() {
      await bench.close();
      await place[Symbol.asyncDispose]();
    },
  };
}
