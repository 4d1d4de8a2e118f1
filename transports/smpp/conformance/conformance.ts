import { errorText } from '@vumi/core';
import { Failure, Skipped, type Check } from './check.ts';
import { EsmeBench, type EsmeTarget } from './esme-bench.ts';
import { ESME_MESSAGE_CHECKS, ESME_SESSION_CHECKS } from './esme-checks.ts';
import { POINTS, type Point } from './points.ts';
import { SmscBench, type SmscTarget } from './smsc-bench.ts';
import { SMSC_MESSAGE_CHECKS, SMSC_SESSION_CHECKS } from './smsc-checks.ts';

export interface PointResult extends Omit<Point, 'side'> {
  readonly result: 'pass' | 'fail' | 'skipped' | 'not_applicable';
  /** Why, where it is not `pass`. */
  readonly reason: string;
}

export interface RunOptions {
  /** Only these points; default all. */
  readonly only?: readonly number[];
  readonly onResult?: (result: PointResult) => void;
}

type Checks<B> = Readonly<Record<number, Check<B>>>;

/** Judges an SMSC as an ESME that binds to it sees it. Rejects when nobody listens there. */
export async function testSmsc(target: SmscTarget, options: RunOptions = {}): Promise<PointResult[]> {
  const bench = new SmscBench(target);
  // That nobody answers is no property of an SMSC.
  (await bench.connect()).destroy();
  const checks = { ...SMSC_SESSION_CHECKS, ...SMSC_MESSAGE_CHECKS };
  return run({ side: 'smsc', checks, bench, afterEach: () => bench.tidy() }, options);
}

/** Judges the ESME that binds here; it must bind again whenever it is dropped. `onListening` gets the port. */
export async function testEsme(
  target: EsmeTarget,
  options: RunOptions & { readonly onListening?: (port: number) => void } = {},
): Promise<PointResult[]> {
  const bench = await EsmeBench.listen(target);
  try {
    options.onListening?.(bench.port);
    await bench.bound();
    const checks = { ...ESME_SESSION_CHECKS, ...ESME_MESSAGE_CHECKS };
    const afterEach = async (): Promise<void> => {
      bench.manners = { status: 0, version: true };
    };
    return await run({ side: 'esme', checks, bench, afterEach }, options);
  } finally {
    await bench.close();
  }
}

interface Plan<B> {
  readonly side: 'smsc' | 'esme';
  readonly checks: Checks<B>;
  readonly bench: B;
  readonly afterEach: () => Promise<void>;
}

async function run<B>(plan: Plan<B>, { only, onResult }: RunOptions): Promise<PointResult[]> {
  const results: PointResult[] = [];
  for (const point of POINTS) {
    if (only !== undefined && !only.includes(point.number)) continue;
    const { number, title, section } = point;
    const result = { number, title, section, ...(await judge(plan, point)) };
    results.push(result);
    onResult?.(result);
  }
  return results;
}

type Judgement = Pick<PointResult, 'result' | 'reason'>;

async function judge<B>({ side, checks, bench, afterEach }: Plan<B>, point: Point): Promise<Judgement> {
  const check = checks[point.number];
  if (check === undefined) return unseen(point, side);
  try {
    await check(bench);
    return { result: 'pass', reason: '' };
  } catch (error) {
    if (error instanceof Skipped) return { result: 'skipped', reason: error.message };
    if (error instanceof Failure) return { result: 'fail', reason: error.message };
    return { result: 'fail', reason: `the connection failed: ${errorText(error)}` };
  } finally {
    await afterEach();
  }
}

function unseen({ side: owner }: Point, side: 'smsc' | 'esme'): Judgement {
  const other = owner !== 'both' && owner !== side;
  if (other) return { result: 'not_applicable', reason: `about the ${owner === 'smsc' ? 'SMSC' : 'ESME'}` };
  return { result: 'skipped', reason: 'cannot be seen from outside; the peer’s own tests show it' };
}
