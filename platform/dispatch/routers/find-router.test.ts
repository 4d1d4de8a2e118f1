import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findRouter } from './find-router.ts';

/** All that a user of ours writes, in a folder without our packages. */
const MINE = `
import { defineRouter } from '@vumi/dispatch';
import { z } from 'zod';

interface Options { readonly to: string }

export default defineRouter({
  type: 'mine',
  aliases: [],
  summary: 'to one place',
  configSchema: z.strictObject({ to: z.string() }),
  async create({ to }: Options) {
    return {
      inbound: async (message, from) => [{ ...from, flow: 'inbound', connector: to, message }],
      event: async () => [],
      outbound: async () => [],
    };
  },
});
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-extension-'));
});
afterAll(async () => rm(folder, { recursive: true }));

test.each([
  ['content_keyword', 'content_keyword'],
  ['vumi.dispatchers.ContentKeywordRouter', 'content_keyword'],
  ['vumi.dispatchers.base.RedirectOutboundRouter', 'redirect'],
  ['SimpleDispatchRouter', 'simple'],
])('%s is the router %s', async (word, type) => {
  expect((await findRouter(word)).type).toBe(type);
});

/** Outside of vitest, which resolves modules in its own way. */
const USE = `
const { findRouter } = await import('@vumi/dispatch');
const type = await findRouter('./mine.ts', process.argv[1]);
const router = await type.create({ to: 'app2' }, {});
const routed = await router.inbound({}, { connector: 't1', endpoint: 'sms' });
const refusal = await type.create({ too: 1 }, {}).catch(({ code }) => code);
process.stdout.write(JSON.stringify([routed[0].connector, routed[0].endpoint, refusal]));
`;

test('a router may be a file anywhere on the machine', async () => {
  await writeFile(join(folder, 'mine.ts'), MINE);
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', USE, folder];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: import.meta.dirname });
  expect(JSON.parse(stdout)).toEqual(['app2', 'sms', 'config.invalid']);
});

test.each([
  ['vumi.dispatchers.SimpleDispatcherRouter', null, 'did you mean "SimpleDispatchRouter"'],
  ['./missing.ts', null, 'there is no file'],
  ['./syntax.ts', 'export default {', 'cannot be loaded'],
  ['./throws.ts', 'throw new Error("not today");', 'not today'],
  ['./empty.ts', 'export const router = 1;', 'no default export; end it with: export default defineRouter'],
  ['./middleware.ts', 'export default { type: "x", start() {} };', 'is no router'],
  ['./needs.ts', 'import "nowhere-to-be-found"; export default {};', 'nowhere-to-be-found'],
])('%s is refused', async (word, source, text) => {
  if (source !== null) await writeFile(join(folder, word), source);
  await expect(findRouter(word, folder)).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining(text),
  });
});
