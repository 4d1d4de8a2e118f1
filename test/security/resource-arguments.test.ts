import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { rawApp } from '../classic/raw-app.ts';

/** Many calls in one message, so that what one of them breaks shows in the others. */
const LIMITS = {
  cpu_ms: 20_000,
  entry_cpu_ms: 10_000,
  wall_ms: 25_000,
  host_calls: 5000,
  log_lines: 5000,
  sends: 5000,
  value_bytes: 1_000_000,
  total_bytes: 50_000_000,
};

/** What no author would hand over, made in the guest. */
const ODD = `[
  undefined, null, true, NaN, Infinity, -1, 0.5, 1e308, 2 ** 53, '', ' ', 'x'.repeat(70_000), 'a\\u0000b', '\\ud800',
  '__proto__', 'constructor', 'hasOwnProperty', '../../victim/app', '%2e%2e', "'; drop table apps; --", '*:*', 'a:[',
  [], [[]], {}, Object.create(null), { key: {} }, { in: -1 }, { at: 'never' }, { in: Infinity }, { user: {} },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  { toString() { throw new Error('mine') } }, { toJSON() { return { call: 'secret', name: 'token' } } },
  { get key() { throw 1 } }, new Proxy({}, { get() { throw new Error('trap') }, ownKeys() { throw 2 } }),
  Symbol('s'), 10n, () => 1, new Date(NaN), new Map([[1, 2]]), new Array(10_000).fill('a'),
  JSON.parse('[' .repeat(5000) + ']'.repeat(5000)),
]`;

const CALLS = [
  'app.contacts.get(odd)',
  'app.contacts.get("+27", odd)',
  'app.contacts.getByKey(odd)',
  'app.contacts.getOrCreate(odd)',
  'app.contacts.create(odd)',
  'app.contacts.save(odd)',
  'app.contacts.update(odd, odd)',
  'app.contacts.update("key", odd)',
  'app.contacts.updateExtra("key", odd)',
  'app.contacts.updateSubscription("key", odd)',
  'app.contacts.delete(odd)',
  'app.contacts.search(odd)',
  'app.contacts.search("name:a", odd)',
  'app.groups.get(odd)',
  'app.groups.getByName(odd)',
  'app.groups.getOrCreateByName(odd)',
  'app.groups.update(odd, odd)',
  'app.groups.search(odd)',
  'app.groups.countMembers(odd)',
  'app.identity.find(odd, odd)',
  'app.identity.link(odd)',
  'app.identity.link("+27", { type: odd })',
  'app.identity.unlink(odd)',
  'app.optouts.status(odd, odd)',
  'app.optouts.optOut(odd)',
  'app.optouts.optOut("+27", { type: odd })',
  'app.optouts.cancel(odd)',
  'app.metrics.fire(odd, odd, odd)',
  'app.metrics.sum("m", odd)',
  'app.metrics.increment("m", odd)',
  'app.messages.receivedPerMinute(odd)',
  'app.schedule.once(odd, odd)',
  'app.schedule.once("n", { in: 1, data: odd, user: "u" })',
  'app.schedule.repeat(odd, odd)',
  'app.schedule.repeat("n", { time: odd, weekdays: odd })',
  'app.schedule.cancel(odd, odd)',
  'app.state.get(odd)',
  'app.state.set(odd, odd)',
  'app.state.set("k", odd, odd)',
  'app.state.increment(odd, odd)',
  'app.user.delete(odd)',
  'app.secrets.get(odd)',
  'app.http.request(odd, odd)',
  'app.http.request("http://127.0.0.1:1/", { method: odd, headers: odd, body: odd, json: odd })',
  'app.log.info(odd, odd)',
  'app.send(odd, odd, odd)',
  'message.reply(odd, odd)',
];

let place: SandboxPlace;

beforeAll(async () => {
  place = await SandboxPlace.start({ runners: 1, limits: LIMITS, allow_private_http: false });
});

afterAll(() => place[Symbol.asyncDispose]());

/** Makes a call with each odd argument and tells what became of it: answers, texts of errors, and what was no error. */
const HANDLER = `
const told = { answered: 0, errors: [], noErrors: 0 };
for (const odd of ${ODD}) {
  try {
    await (async () => CALL)();
    told.answered++;
  } catch (error) {
    if (error instanceof Error) told.errors.push(String(error.message).slice(0, 80));
    else told.noErrors++;
  }
}
await app.state.set('told', JSON.stringify({ ...told, polluted: {}.polluted === true }));`;

interface Told {
  readonly answered: number;
  readonly errors: readonly string[];
  readonly noErrors: number;
  readonly polluted: boolean;
}

test.each(CALLS)(
  '%s with whatever a guest makes up is answered or refused, and nothing breaks',
  async (call) => {
    const name = `odd-${CALLS.indexOf(call)}`;
    const ref = await place.installHandler(name, HANDLER.replace('CALL', call));
    const pids = place.sandbox.status().runners.map(({ pid }) => pid);
    await place.ask(ref);
    expect(place.sandbox.status().runners.map(({ pid }) => pid)).toEqual(pids);
    const run = place.runs.at(-1);
    // What was accepted may still be more than a commit takes: that is said, too.
    if (run?.outcome !== 'ok') {
      expect(run).toMatchObject({ outcome: 'calls' });
      expect(run?.error).toMatch(/limit|form|may have|reply|key of state/);
      return;
    }
    const text = await place.state.get(`app/tests/${name}/shared/told`);
    const told = JSON.parse(JSON.parse(text ?? '""') as string) as Told;
    // "the call failed" stands for an error of the platform's own.
    expect(told.errors).not.toContain('the call failed');
    expect(told.polluted).toBe(false);
    expect(told.answered + told.errors.length + told.noErrors).toBeGreaterThan(30);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  },
);

test('a private service answers the apps of the account to which it is open, and no others', async () => {
  const server = createServer((_request, response) => response.end('inside'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const service = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const opened = { config: {}, secrets: {}, private_services: [service] };
  const closed = { config: {}, secrets: {} };
  const sdk = `const ask = app.http.request('http://${service}/');
    await reply(await ask.then(({ body }) => body, ({ message }) => message));`;
  const classic = rawApp(`api.request('http.get', { url: 'http://${service}/' }, function (answer) {
    reply(answer.body || answer.reason);
  });`);
  for (const [settings, answer] of [
    [opened, /^inside$/],
    [closed, /only ports 80 and 443/],
  ] as const) {
    const [bySdk = ''] = await place.ask(await place.installHandler('inside', sdk, { settings }));
    const [byClassic = ''] = await place.ask(
      await place.installClassic('inside-classic', classic, { settings }),
    );
    expect(bySdk).toMatch(answer);
    expect(byClassic).toMatch(answer);
  }
});

test('an error with what no database takes is a run like others', async () => {
  const ref = await place.installHandler('nul', "throw new Error('a\\u0000b\\ud800 ' + 'x'.repeat(1e5))");
  await place.ask(ref);
  expect(place.runs.at(-1)).toMatchObject({ app: 'nul', outcome: 'threw' });
});
