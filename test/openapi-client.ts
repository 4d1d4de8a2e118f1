import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));

/** A client that a generator made of the platform's own description. */
export interface GeneratedClient extends AsyncDisposable {
  /** Of the module that was generated. */
  readonly url: string;
  /** What the compiler says of a program that uses it, in strict mode; empty when it has nothing to say. */
  compile(program: string): Promise<string>;
}

export async function generateClient(document: object): Promise<GeneratedClient> {
  // Among the modules, so that the client finds its runtime, and nobody takes it for ours.
  const folder = await mkdtemp(join(MODULES, '.openapi-client-'));
  const description = join(folder, 'openapi.json');
  const client = join(folder, 'client.ts');
  await writeFile(description, JSON.stringify(document));
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  await run(process.execPath, [join(MODULES, 'oazapfts/dist/cli.js'), description, client]);
  return {
    url: pathToFileURL(client).href,
    compile: async (program) => {
      const file = join(folder, 'program.ts');
      await writeFile(file, program);
      const flags = ['--strict', '--noEmit', '--noUncheckedIndexedAccess', '--ignoreConfig'];
      const target = ['--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
      const tsc = join(MODULES, '.bin/tsc');
      return run(tsc, [...flags, ...target, '--allowImportingTsExtensions', file, client]).then(
        () => '',
        ({ stdout }: { stdout: string }) => stdout,
      );
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
