import ivm from 'isolated-vm';
import { WORKER_NAME } from '../script-names.ts';

/** A worker as it is loaded. */
export interface AppCode {
  readonly code: string;
  /** V8's code cache of the worker as a function; null where there is none. */
  readonly cache: ivm.ExternalCopy<ArrayBuffer> | null;
}

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

/** Reads what the platform has sent: JSON text of the code, and the cache as base64 or nothing. */
export function readAppCode(code: string, cache: string): AppCode {
  return {
    code: JSON.parse(code) as string,
    // In an ArrayBuffer of its own: a small Buffer is a part of one.
    cache: cache === '' ? null : new ivm.ExternalCopy(new Uint8Array(Buffer.from(cache, 'base64')).buffer),
  };
}

/** A worker as a function in the realm, which runs it when it is called. V8 compiles it where the cache does not fit. */
export async function compileAppCode(
  isolate: ivm.Isolate,
  context: ivm.Context,
  { code, cachedData }: { code: string; cachedData: ivm.ExternalCopy<ArrayBuffer> },
): Promise<ivm.Reference<() => unknown>> {
  const script = await isolate.compileScript(asFunction(code), { filename: WORKER_NAME, cachedData });
  const worker = (await script.run(context, { reference: true })) as unknown as ivm.Reference<() => unknown>;
  script.release();
  return worker;
}
