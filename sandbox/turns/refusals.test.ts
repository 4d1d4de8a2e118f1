import type { AppRef } from '@vumi/core';
import { SandboxPlace } from '../testing/index.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';

const AT_ONCE = 15;
/** Enough for an app to earn the runner's own thread, so that both ways of running are tried. */
const ROUNDS = 8;

const ADDRESSES = [
  'http://10.0.0.1/',
  'http://[::1]/',
  'http://localhost/',
  'http://8.8.8.8:99/',
  'http://me:secret@example.org/',
  'ftp://example.org/',
  'nonsense',
];

const HANDLERS = {
  'one after the other': `const got = [];
    for (const url of URLS) got.push(await app.http.request(url).catch(() => 'refused'));
    await reply(got.join())`,
  'all at once': `const got = await Promise.all(URLS.map((url) => app.http.request(url).catch(() => 'refused')));
    await reply(got.join())`,
  'among other calls': `await app.user.get('x');
    const got = [await app.http.request(URLS[0]).catch(() => 'refused')];
    await app.state.increment('y');
    got.push(await app.http.request(URLS[1]).catch(() => 'refused'));
    await reply(got.join())`,
};

let place: SandboxPlace;

beforeAll(async () => {
  place = await SandboxPlace.start({ runners: 1, allow_private_http: false });
});
afterAll(() => place[Symbol.asyncDispose]());

function install(name: string, handler: string, first: number): Promise<AppRef> {
  const urls = [0, 1, 2, 3, 4].map((n) => ADDRESSES[(first + n) % ADDRESSES.length]);
  return place.installHandler(name, handler.replaceAll('URLS', JSON.stringify(urls)));
}

test.each(Object.entries(HANDLERS))(
  'refusals reach many handlers at once that call %s, in one app and in many',
  async (kind, handler) => {
    const slug = kind.replaceAll(' ', '-');
    const apps = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) => install(`${slug}-${n}`, handler, n)),
    );
    for (let round = 0; round < ROUNDS; round++) {
      const asked = round % 2 === 0 ? apps : apps.map(() => apps[0] ?? { account: '', app: '' });
      const answers = await Promise.all(asked.map((ref) => place.ask(ref)));
      for (const answer of answers) expect(answer.join()).toMatch(/^refused(,refused)*$/);
    }
    expect(place.sandbox.status().turns).toBe(0);
  },
);
