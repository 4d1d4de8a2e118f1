import { readFile } from 'node:fs/promises';
import { FIRST_TRY, SandboxPlace } from '@vumi/sandbox/testing';
import { quantileOf } from '../quantile.ts';

const HEAVY_RUNS = 20;
/** Enough that memory is what runs out. */
const CPU_MS = 3000;
const HEAVY = 'let x = 0; for (let n = 0; n < 1_000_000; n++) x = (x * 31 + n) | 0; await reply(String(x))';
/** Spec sandbox-security §2.2. */
const BOMBS = {
  arrays: 'const all = []; for (;;) all.push(new Array(1000).fill(1.5))',
  closures: 'let f = () => 0; const all = []; for (;;) { const g = f; f = () => g; all.push(f, [f]); }',
  map: 'const map = new Map(); for (let n = 0; ; n++) map.set(n, [n])',
};

/** What becomes of a message that takes all memory that it gets. */
interface Bomb {
  readonly bomb: string;
  readonly ms: number;
  /** The most that the sandbox's runners had resident together. */
  readonly peakMb: number;
  readonly runnerDied: boolean;
}

export interface JitCosts {
  /** Milliseconds of a handler that only computes. */
  readonly heavy: number;
  readonly bombs: readonly Bomb[];
}

async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

async function explode(place: SandboxPlace, name: string, body: string): Promise<Bomb> {
  const ref = await place.installHandler(name, body);
  const pids = place.sandbox.status().runners.map(({ pid }) => pid);
  let peakMb = 0;
  const timer = setInterval(() => {
    void Promise.all(pids.map(rssOf)).then((all) => {
      peakMb = Math.max(
        peakMb,
        all.reduce((sum, mb) => sum + mb, 0),
      );
    });
  }, 5);
  const startedAt = performance.now();
  await place.sandbox.handleInbound(ref, place.message(), FIRST_TRY);
  const ms = performance.now() - startedAt;
  clearInterval(timer);
  const runnerDied = place.sandbox.status().quarantine.some(({ app }) => app.endsWith(`/${name}`));
  return { bomb: name, ms, peakMb, runnerDied };
}

/** What V8's compilers give and take: handlers that compute, and memory bombs. */
export async function benchJit(jit: 'never' | 'always'): Promise<JitCosts> {
  const limits = { cpu_ms: CPU_MS, entry_cpu_ms: CPU_MS };
  await using place = await SandboxPlace.start({ jit, runners: 1, limits });
  const heavy = await place.installHandler('heavy', HEAVY);
  const took: number[] = [];
  for (let n = 0; n < HEAVY_RUNS; n++) {
    const startedAt = performance.now();
    await place.sandbox.handleInbound(heavy, place.message(), FIRST_TRY);
    took.push(performance.now() - startedAt);
  }
  const bombs: Bomb[] = [];
  for (const [name, body] of Object.entries(BOMBS)) bombs.push(await explode(place, name, body));
  return { heavy: quantileOf(took, 0.5), bombs };
}
