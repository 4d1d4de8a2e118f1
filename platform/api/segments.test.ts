import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(() => platform[Symbol.asyncDispose]());

describe('segments', () => {
  const preview = (body: object) => platform.call('POST', '/segments', { body });

  test('are counted as they would be sent, and dear characters are named', async () => {
    expect((await preview({ content: `It’s ${'a'.repeat(100)}` })).json).toMatchObject({
      encoding: 'ucs2',
      segments: [{ units: 67 }, { units: 38 }],
      left: 29,
      foreign: [{ character: '’', index: 2, count: 1, swap: "'" }],
      cheaper: { segments: 1 },
    });
    const turkish = await preview({ content: 'ğ'.repeat(100), languages: ['turkish'] });
    expect(turkish.json).toMatchObject({ encoding: 'gsm0338', languages: ['turkish'] });
  });

  test('are counted as a transport sends them', async () => {
    const config = { host: 'h', system_id: 's', password: 'p' };
    await platform.call('PUT', '/transports/latin', { body: { type: 'smpp', config } });
    expect((await preview({ content: 'ê', transport: 'latin' })).json).toMatchObject({ encoding: 'latin1' });
    expect(await preview({ content: 'ê', transport: 'none' })).toMatchObject({ status: 404 });
    await platform.call('DELETE', '/transports/latin');
  });
});
