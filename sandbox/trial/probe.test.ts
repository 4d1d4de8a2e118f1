import { expect, test } from 'vitest';
import { compileApp } from '../bundle/compile-app.ts';
import { probeApp } from './probe.ts';

async function probe(source: string): Promise<{ handlers: readonly string[] }> {
  const { worker } = await compileApp('workers/worker.js', new Map([['workers/worker.js', source]]));
  return probeApp(worker.code, worker.map);
}

test('a worker tells its handlers', async () => {
  const source =
    "import { defineApp } from '@vumi/sdk'; export default defineApp({ onMessage() {}, onEvent() {} });";
  expect(await probe(source)).toEqual({ handlers: ['onMessage', 'onEvent'] });
});

test('a worker counts segments as the wire does', async () => {
  const source = `import { segments } from '@vumi/sdk';
    const { encoding, segments: parts, foreign } = segments('ж'.repeat(60) + '👨‍👩‍👧' + 'ж'.repeat(10));
    export default { onMessage() {} };
    throw new Error(encoding + ' ' + parts.map(({ units }) => units) + ' ' + foreign.length);`;
  await expect(probe(source)).rejects.toMatchObject({
    message: expect.stringMatching(/ucs2 60,18 5/) as string,
  });
});

test.each([
  ['throws at load', 'export default {};\nthrow new Error("no luck");', /no luck[^]*workers\/worker\.js:2:7/],
  ['exports no handler', 'export const x = 1;', /exports no handler/],
  ['exports nothing', 'console.log(1)', /exports no handler/],
  ['loops at load', 'export default { onMessage() {} }; for (;;) {}', /more than 100 ms of CPU/],
  [
    'cannot be stopped',
    'export default { onMessage() {} }; (2n ** 10_000_000n) ** 60n;',
    /more than 100 ms of CPU/,
  ],
])('a worker that %s is refused', async (_label, source, reason) => {
  await expect(probe(source)).rejects.toMatchObject({
    code: 'app.load_failed',
    message: expect.stringMatching(reason) as string,
  });
});
