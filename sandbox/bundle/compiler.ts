import { VumiError } from '@vumi/core';
import { stop } from 'esbuild';

/** Compiling 1 MB takes a fraction of this on a busy machine. */
const TIME_LIMIT_MS = 10_000;

let last: Promise<unknown> = Promise.resolve();

function uncompilable(cause: unknown): VumiError {
  const text = 'The worker cannot be compiled: its code is too large or nests too deep. Make it simpler.';
  return new VumiError('bundle.does_not_compile', text, { cause });
}

/** A source can crash esbuild or keep it busy; a stopped esbuild starts anew when it is next asked. */
async function guarded<T>(compile: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the compiler takes too long')), TIME_LIMIT_MS);
  });
  try {
    return await Promise.race([compile(), late]);
  } catch (error) {
    if (error instanceof VumiError) throw error;
    await stop();
    throw uncompilable(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs one compilation at a time: they share one esbuild, and only the guilty one may suffer when that ends. */
export async function runCompiler<T>(compile: () => Promise<T>): Promise<T> {
  const run = last.then(() => guarded(compile));
  last = run.catch(() => undefined);
  return run;
}
