import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Compiles what is in a folder as authors would. Answers what the compiler says, line by line: nothing where all is well. */
export function compileExamples(folder: string, options: Readonly<Record<string, unknown>> = {}): string[] {
  const paths = {
    '@vumi/sdk': [join(ROOT, 'sdk/index.ts')],
    '@vumi/sdk/testing': [join(ROOT, 'sdk/testing/index.ts')],
    vitest: [join(ROOT, 'node_modules/vitest/dist/index.d.ts')],
  };
  const compilerOptions = {
    paths,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    noUnusedLocals: false,
    noUnusedParameters: false,
    lib: ['es2024', 'esnext.disposable', 'dom'],
    ...options,
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*'], exclude: [] }),
  );
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const typescript = createRequire(join(ROOT, 'package.json')).resolve('typescript/package.json');
  const compiler = join(dirname(typescript), 'bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder], {
    encoding: 'utf8',
  });
  if (status === null || (status !== 0 && stdout === ''))
    throw new Error(`the compiler did not run: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}
