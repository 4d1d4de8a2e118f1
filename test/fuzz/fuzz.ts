import { fuzzDecoder, fuzzReader } from './codec-fuzz.ts';
import { createDice } from './octets.ts';
import { fuzzedSimulator, fuzzedTransport, type FuzzedSide } from './session-fuzz.ts';

export interface FuzzReport {
  readonly frames: number;
  readonly streams: number;
  readonly sessions: number;
  readonly rss_mb: readonly [number, number];
}

const BATCH = 500;
const SESSIONS_BETWEEN_CHECKS = 20;

/**
 * Throws damaged octets at codec, simulator and transport for so long. Throws with the seed of the case that did
 * harm: `fuzz({ seed, ms: 1 })` begins with the same one.
 */
export async function fuzz({ seed, ms }: { seed: number; ms: number }): Promise<FuzzReport> {
  const before = process.memoryUsage().rss;
  const deadline = performance.now() + ms;
  const codec = fuzzCodec(seed, performance.now() + ms / 3);
  await using smsc = await fuzzedSimulator();
  await using esme = await fuzzedTransport();
  let sessions = 0;
  do {
    for (const side of [smsc, esme]) sessions += await fuzzSide(side, seed + sessions);
  } while (performance.now() < deadline);
  const megabytes = (octets: number): number => Math.round(octets / 1024 / 1024);
  return { ...codec, sessions, rss_mb: [megabytes(before), megabytes(process.memoryUsage().rss)] };
}

function fuzzCodec(seed: number, deadline: number): { frames: number; streams: number } {
  let cases = 0;
  do {
    for (let count = 0; count < BATCH; count += 1) {
      const dice = createDice(seed + cases);
      withSeed(seed + cases, () => (cases % 2 === 0 ? fuzzDecoder(dice) : fuzzReader(dice)));
      cases += 1;
    }
  } while (performance.now() < deadline);
  return { frames: Math.ceil(cases / 2), streams: Math.floor(cases / 2) };
}

function withSeed(seed: number, work: () => void): void {
  try {
    work();
  } catch (cause) {
    throw new Error(`the codec did harm with seed ${seed}`, { cause });
  }
}

async function fuzzSide(side: FuzzedSide, seed: number): Promise<number> {
  try {
    for (let count = 0; count < SESSIONS_BETWEEN_CHECKS; count += 1)
      await side.attack(createDice(seed + count));
    await side.check();
  } catch (cause) {
    throw new Error(`a session did harm with seed ${seed}`, { cause });
  }
  return SESSIONS_BETWEEN_CHECKS;
}
