import { show } from '../../security/innocent.ts';
import { quantileOf } from '../quantile.ts';
import { benchClassic } from './classic.ts';
import { benchColdStart } from './cold-start.ts';
import { benchDispatch } from './dispatch.ts';
import { benchFairness } from './fairness.ts';
import { benchHostile } from './hostile.ts';
import { benchIdleMemory } from './idle-memory.ts';
import { benchJit } from './jit.ts';
import { benchTalks } from './talks.ts';

const SIZES_KB = [2, 75, 300];
const JIT = ['never', 'always'] as const;

type Print = (text: string) => void;

function times(values: readonly number[]): string {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantileOf(values, share).toFixed(2));
  return `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`;
}

function line(print: Print, name: string, text: string): void {
  print(`  ${name.padEnd(35)}${text}`);
}

async function showColdStart(print: Print): Promise<void> {
  print('Sandbox, first message of an app that is not loaded:');
  for (const kilobytes of SIZES_KB) {
    const { first, p50, p99, burst } = await benchColdStart(kilobytes);
    const before = `no code cache p50 ${first.toFixed(1)} ms; with none and no spare isolate ${burst.toFixed(1)} ms`;
    line(
      print,
      `worker of ${kilobytes} KB`,
      `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${before})`,
    );
  }
}

async function showDispatch(print: Print): Promise<void> {
  print('\nSandbox, warm app, one message at a time:');
  for (const jit of JIT) {
    const { pipe, echo, ordinary, flood } = await benchDispatch(jit);
    const name = jit === 'never' ? '--jitless' : 'JIT';
    line(print, 'the same frame through a bare pipe', times(pipe));
    line(print, `${name}: reply at once`, times(echo));
    line(print, `${name}: increment, then reply`, times(ordinary));
    line(print, `${name}: 100 apps, 64 under way`, `${Math.round(flood).toLocaleString('en')}/s`);
  }
}

async function showTalks(print: Print): Promise<void> {
  print('\nSandbox, CPU of a message in the guest:');
  const { plain, talks, whole } = await benchTalks();
  line(print, 'a handler that keeps answers by hand', `${plain.toFixed(2)} ms`);
  for (const { answers, ms } of talks)
    line(
      print,
      `a conversation after ${answers} answers`,
      `${ms.toFixed(2)} ms, ${(ms / plain).toFixed(1)} times that`,
    );
  line(
    print,
    'all processes, ten questions',
    `${whole.talk.toFixed(2)} ms a message, ${(whole.talk / whole.plain).toFixed(2)} times the handler's ${whole.plain.toFixed(2)} ms`,
  );
}

async function showClassic(print: Print): Promise<void> {
  print('\nSandbox, first message of a user to a classic app in a warm isolate, a new realm each time:');
  for (const libraries of ['modern', 'legacy'] as const) {
    for (const jit of JIT) {
      const { cold, first, flood } = await benchClassic(libraries, jit);
      const name = `${jit === 'never' ? '--jitless' : 'JIT'}: ${libraries} libraries`;
      const rest = `app not loaded ${cold.toFixed(1)} ms; ${Math.round(flood)}/s with 16 users at once`;
      line(print, name, `${times(first)} (${rest})`);
    }
  }
}

async function showJit(print: Print): Promise<void> {
  print('\nSandbox, what the JIT changes where an app computes or takes memory (3 s of CPU allowed):');
  for (const jit of JIT) {
    const { heavy, bombs } = await benchJit(jit);
    const name = jit === 'never' ? '--jitless' : 'JIT';
    line(print, `${name}: a million additions`, `${heavy.toFixed(1)} ms`);
    for (const { bomb, ms, peakMb, runnerDied } of bombs) {
      const end = runnerDied ? 'its runner had to go' : 'its runner went on';
      line(print, `${name}: ${bomb} without end`, `${Math.round(ms)} ms, ${Math.round(peakMb)} MB, ${end}`);
    }
  }
}

/** Runs and prints all benches of the sandbox. */
export async function reportSandbox(print: Print): Promise<void> {
  await showColdStart(print);
  await showDispatch(print);
  const { app, bare } = await benchIdleMemory();
  print('\nSandbox, an app that waits:');
  line(print, 'resident memory', `${app.toFixed(2)} MB; a bare isolate and context ${bare.toFixed(2)} MB`);
  const { alone, beside, noise } = await benchFairness();
  print(`\nSandbox, an innocent app beside 12 that burn CPU (they handle ${noise.toFixed(0)}/s):`);
  line(print, 'alone', times(alone));
  line(print, 'beside them', times(beside));
  const { apps, figures } = await benchHostile();
  print(`\nSandbox, an innocent app in one runner with ${apps} hostile ones, one after the other:`);
  print(`  ${show(figures)}`);
  await showJit(print);
  await showTalks(print);
  await showClassic(print);
}
