import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e'];
const HERE = fileURLToPath(new URL('.', import.meta.url));

/**
 * Loads what a process of the platform loads, starts its traces, and tells how many files of OpenTelemetry that has loaded:
 * of the SDK and of exporters. Its bare interface (`@opentelemetry/api`) comes with the library of metrics in any case.
 */
const program = (telemetry: object): string => `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({
    load(url, context, next) {
      if (/@opentelemetry.(?!api.)/.test(url)) loaded.push(url);
      return next(url, context);
    },
  });
  await import('@vumi/host');
  const { startTelemetry, telemetryOptions } = await import('@vumi/telemetry');
  const running = await startTelemetry(telemetryOptions.parse(${JSON.stringify(telemetry)}));
  await running?.[Symbol.asyncDispose]();
  console.log(JSON.stringify({ runs: running !== null, loaded: loaded.length }));
`;

it.each([
  ['off', {}, { runs: false, loaded: 0 }],
  ['on', { file: '/dev/null' }, { runs: true, loaded: expect.toSatisfy((count: number) => count > 0) }],
])('where traces are %s, that much of OpenTelemetry is loaded', async (_how, telemetry, expected) => {
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, program(telemetry)], {
    cwd: HERE,
  });
  expect(JSON.parse(stdout)).toEqual(expected);
});
