import ivm from 'isolated-vm';
import { WORKER_NAME } from '../script-names.ts';

/** A script whose value is a function: evaluating it runs nothing of a tenant's, so nothing of his can be thrown. */
function asFunction(code: string): string {
  return `(() => (${code}\n))`;
}

/** V8's code cache of a worker as base64, made in an isolate that is thrown away; empty where it does not compile. */
export async function makeCodeCache(code: string, memoryMb: number): Promise<string> {
  const isolate = new ivm.Isolate({ memoryLimit: memoryMb });
  try {
    const options = { filename: WORKER_NAME, produceCachedData: true };
    const script = (await isolate.compileScript(asFunction(code), options)) as ivm.Script & {
      cachedData?: ivm.ExternalCopy<ArrayBuffer>;
    };
    return script.cachedData === undefined ? '' : Buffer.from(script.cachedData.copy()).toString('base64');
  } catch {
    return '';
  } finally {
    if (!isolate.isDisposed) isolate.dispose();
  }
}

/** A worker as a function in the realm, which runs it when it is called. V8 compiles it where the cache does not fit. */
export async function compileWorker(
  isolate: ivm.Isolate,
  context: ivm.Context,
  { code, cache }: { code: string; cache: string },
): Promise<ivm.Reference<() => unknown>> {
  // In an ArrayBuffer of its own: a small Buffer is a part of one.
  const cachedData = new ivm.ExternalCopy(new Uint8Array(Buffer.from(cache, 'base64')).buffer);
  const script = await isolate.compileScript(asFunction(code), { filename: WORKER_NAME, cachedData });
  const worker = (await script.run(context, { reference: true })) as unknown as ivm.Reference<() => unknown>;
  script.release();
  return worker;
}
