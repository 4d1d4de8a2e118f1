import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUserMessage, type Transit } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkMiddleware, takeMiddleware } from './configuration.ts';
import { openMiddlewarePlace, type MiddlewarePlace } from './middleware-place.fixture.ts';

const VUMI_YAML = `
transport_name: sphex
middleware:
  - mw1: vumi.middleware.logging.LoggingMiddleware
  - mw2:
      class: vumi.middleware.TaggingMiddleware
      consume_priority: 5
      publish_priority: -2
  - mw3: StaticProviderSettingMiddleware
  - mw4: session_length
mw1:
  failure_log_level: critical
mw3:
  provider: MTN
`;

describe("the middleware in a worker's configuration", () => {
  test('is read as Vumi has it, and the rest is left to the worker', async () => {
    const { entries, config } = takeMiddleware(parse(VUMI_YAML) as Record<string, unknown>);
    expect(config).toEqual({ transport_name: 'sphex' });
    const read = await Promise.all(
      entries.map(async ({ load, name, options, consumePriority, publishPriority }) => {
        const { type } = await load();
        return { name, type, options, consumePriority, publishPriority };
      }),
    );
    const equal = { consumePriority: 0, publishPriority: 0 };
    expect(read).toEqual([
      { name: 'mw1', type: 'logging', options: { failure_log_level: 'critical' }, ...equal },
      { name: 'mw2', type: 'tagging', options: {}, consumePriority: 5, publishPriority: -2 },
      { name: 'mw3', type: 'static_provider_setting', options: { provider: 'MTN' }, ...equal },
      { name: 'mw4', type: 'session_length', options: {}, ...equal },
    ]);
  });

  test.each([[{}], [{ middleware: null }], [{ middleware: [] }]])('may be none: %j', (config) => {
    expect(takeMiddleware({ ...config, x: 1 })).toEqual({ entries: [], config: { x: 1 } });
  });

  test.each<[string, unknown, RegExp]>([
    ['no list', { mw1: 'logging' }, /must be a list/],
    ['two keys in one item', [{ a: 'logging', b: 'logging' }], /each item has one key/],
    ['no key in an item', [{}], /each item has one key/],
    ['a name twice', [{ a: 'logging' }, { a: 'metrics' }], /"a" is listed twice/],
    ['its own name', [{ middleware: 'logging' }], /cannot be called "middleware"/],
    [
      'a class that is not there',
      [{ a: 'vumi.middleware.LogingMiddleware' }],
      /did you mean "LoggingMiddleware"/,
    ],
    ['a type that is not there', [{ a: 'taging' }], /did you mean "tagging"/],
    [
      'a priority that is no number',
      [{ a: { class: 'logging', consume_priority: 'first' } }],
      /priorit|must be a type/,
    ],
  ])('is refused with %s', (_, middleware, text) => {
    expect(() => takeMiddleware({ middleware })).toThrow(text);
    expect(() => takeMiddleware({ middleware })).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      'an option that is wrong',
      { middleware: [{ who: 'static_provider_setting' }], who: { provider: 1 } },
      'who.provider',
    ],
    ['a file', { middleware: [{ own: { file: './own.js' } }] }, 'middleware'],
  ])('is refused to who is not at the machine with %s', async (_, config, field) => {
    const check = checkMiddleware(takeMiddleware(config).entries);
    await expect(check).rejects.toMatchObject({ code: 'config.invalid', field });
  });

  test('is none the worse for being checked', async () => {
    const good = { middleware: [{ who: 'static_provider_setting' }], who: { provider: 'MTN' } };
    await expect(checkMiddleware(takeMiddleware(good).entries)).resolves.toBeUndefined();
  });

  describe('of a file', () => {
    let folder: string;
    let place: MiddlewarePlace;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'vumi-own-middleware-'));
      place = await openMiddlewarePlace();
      const own = `
        const start = async (config) => ({
          handle: (transit, next) => next({ ...transit, message: { ...transit.message, content: config.text } }),
          async [Symbol.asyncDispose]() {},
        });
        export default { type: 'mine', aliases: [], summary: '', configSchema: {}, start };`;
      await writeFile(join(folder, 'mine.js'), own);
      await writeFile(join(folder, 'other.js'), 'export default 1;');
    });
    afterAll(async () => {
      await place[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    test('is the default export, found beside the configuration', async () => {
      const middleware = [{ own: { file: './mine.js', consume_priority: 3 } }];
      const [entry] = takeMiddleware({ middleware, own: { text: 'mine' } }, folder).entries;
      const running = await (await entry?.load())?.start(entry?.options, place.ports);
      const message = createUserMessage({ to_addr: null, from_addr: null });
      const passed: Transit[] = [];
      await running?.handle(
        { stage: 'consume', connector: 'a', flow: 'inbound', message },
        async (transit) => {
          passed.push(transit);
        },
      );
      expect(passed).toMatchObject([{ message: { content: 'mine' } }]);
      expect(entry?.consumePriority).toBe(3);
    });

    test.each([
      ['./nowhere.js', /there is no file/],
      ['./other.js', /is no middleware; end it with: export default defineMiddleware/],
    ])('%s is refused', async (file, text) => {
      const [entry] = takeMiddleware({ middleware: [{ own: { file } }] }, folder).entries;
      await expect(entry?.load()).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringMatching(text) as string,
      });
    });
  });
});
