import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAck, printable, scheduleMessage, type FiredSchedule } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIRST_TRY, SandboxPlace } from '../testing/index.ts';

const APOLOGY = 'Sorry, something went wrong. Please try again later.';

let place: SandboxPlace;
let silent: Server;

beforeAll(async () => {
  place = await SandboxPlace.start();
  silent = createServer(() => {}).listen(0, '127.0.0.1');
}, 30_000);

afterAll(async () => {
  silent.closeAllConnections();
  silent.close();
  await place[Symbol.asyncDispose]();
});

function classic(body: string): string {
  return `api.on_inbound_message = function (command) {
    var reply = function (text) {
      api.request('outbound.reply_to', { content: text, in_reply_to: command.msg.message_id }, function () { api.done(); });
    };
    ${body}
  };`;
}

describe('what is looked up for a message', () => {
  test('is counted as what it writes is: beyond it nothing is fetched any more', async () => {
    let fetched = 0;
    const get = place.state.get.bind(place.state);
    place.state.get = async (key) => {
      if (key.includes('/greedy/')) fetched += 1;
      return get(key);
    };
    await place.state.set('app/tests/greedy/shared/big', JSON.stringify('x'.repeat(60_000)));
    const ref = await place.installHandler(
      'greedy',
      `const refused = [];
       const all = Array.from({ length: 190 }, () => app.state.get('big').catch((error) => refused.push(error.message)));
       await Promise.all(all);
       await reply(refused.length + ' ' + refused[0]);`,
    );
    const [answer] = await place.ask(ref);
    expect(answer).toMatch(/^17[34] limit: a message may look up 1048576 characters in all$/);
    expect(fetched).toBeLessThan(30);
  });

  test('in a classic app counts also where only its length matters', async () => {
    const ref = await place.installClassic(
      'greedy-classic',
      classic(`var asked = 0;
        var next = function (answer) {
          if (!answer.success || ++asked === 200) return reply(asked + ' ' + answer.reason);
          api.request('kv.delete', { key: 'big' + asked }, next);
        };
        api.request('kv.delete', { key: 'big0' }, next);`),
    );
    for (let index = 0; index < 200; index++)
      await place.state.set(`kv/tests/key/big${index}`, JSON.stringify('x'.repeat(100_000)));
    const [answer] = await place.ask(ref);
    expect(answer).toBe('20 limit: a message may look up 2097152 characters in all');
  });
});

describe('values that no store can hold are refused at the call:', () => {
  test.each([
    ["app.state.set('k', 1, { ttl: 1e14 })", 'ttl is a number of seconds above 0, at most 3155760000'],
    ["app.state.set('k', 1, { ttl: NaN })", 'ttl is a number of seconds above 0, at most 3155760000'],
    ["app.state.set('\\ud800', 1)", 'a key of state has no half characters'],
    ["app.state.set('a\\u0000', 1)", 'a key of state has no control characters'],
    ["app.state.increment('k', 1e300)", 'increment adds a whole number'],
    ["app.state.increment('full', 1)", 'state "full" cannot be counted further: the sum is too large'],
    ["app.metrics.sum('m', 1e300)", 'value: use a number between -1e+100 and 1e+100'],
    ["app.contacts.create({ dob: '+275760-09-13' })", 'contact.dob: use a date such as 1980-12-31'],
    ["app.schedule.once('s', { at: 8.64e15 })", 'a schedule may be 63158400 seconds away at most'],
    ["app.http.request('http://127.0.0.1/', { timeout: -1 })", 'timeout is a number of milliseconds above 0'],
  ])('%s', async (call, reason) => {
    await place.state.set('app/tests/odd/shared/full', String(Number.MAX_SAFE_INTEGER));
    const ref = await place.installHandler(
      'odd',
      `await app.state.set('beside', 1);
       try { await ${call}; await reply('taken'); } catch (error) { await reply(error.message); }`,
    );
    expect(await place.ask(ref)).toEqual([reason]);
    expect(await place.state.get('app/tests/odd/shared/beside')).toBe('1');
    expect(await place.state.get('app/tests/odd/shared/full')).toBe(String(Number.MAX_SAFE_INTEGER));
  });

  test('a counter that is full keeps what was added to it before', async () => {
    await place.state.set('app/tests/nearly/shared/n', String(Number.MAX_SAFE_INTEGER - 1));
    const ref = await place.installHandler(
      'nearly',
      `const first = await app.state.increment('n');
       const second = await app.state.increment('n').catch((error) => error.message);
       await reply(first + ' ' + second);`,
    );
    const [answer] = await place.ask(ref);
    expect(answer).toMatch(/^9007199254740991 state "n" cannot be counted further/);
    expect(await place.state.get('app/tests/nearly/shared/n')).toBe(String(Number.MAX_SAFE_INTEGER));
  });

  test.each([
    ["'kv.set', { key: 'k', value: 1, seconds: 1e14 }", 'invalid expire time in setex'],
    ["'kv.set', { key: 'a\\u0000', value: 1 }", 'a key of kv must have'],
    ["'metrics.fire', { metric: 'm', value: '1e300', agg: 'sum' }", 'value: use a number between'],
    ["'kv.incr', { key: 'k', amount: 1e300 }", 'value is not an integer or out of range'],
  ])('%s in a classic app', async (command, reason) => {
    const ref = await place.installClassic(
      'odd-classic',
      classic(`api.request(${command}, function (answer) { reply(answer.success + ' ' + answer.reason); });`),
    );
    expect(await place.ask(ref)).toEqual([expect.stringContaining(`false ${reason}`)]);
  });
});

describe('what arrives after the end of a handler', () => {
  test('has no effect, and the author is told', async () => {
    const ref = await place.installHandler(
      'hasty',
      `void app.contacts.create({ name: 'nobody awaited me' });
       void app.optouts.optOut('+27761');
       await reply('done');`,
    );
    expect(await place.ask(ref)).toEqual(['done']);
    expect([...place.records.contacts.values()].filter(({ name }) => name === 'nobody awaited me')).toEqual(
      [],
    );
    expect(place.logOf(ref)).toEqual([
      'the handler ended before 2 of its calls were answered, and they have no effect: contacts.new, optout.optout. Await what a handler starts',
    ]);
  });

  test('also from code that goes on by itself, of the SDK and of classic apps', async () => {
    const ref = await place.installHandler(
      'goes-on',
      `const later = (n) => (n === 0 ? app.state.set('late', 1) : Promise.resolve().then(() => later(n - 1)));
       void later(50).catch(() => app.log.info('never seen'));
       await reply('done');`,
    );
    const classicRef = await place.installClassic(
      'goes-on-classic',
      `api.on_inbound_message = function (command) {
        var go = function (rounds) {
          if (rounds > 0) Promise.resolve().then(function () { go(rounds - 1); });
          else api.request('kv.set', { key: 'late', value: 1 });
        };
        var message = { content: 'done', in_reply_to: command.msg.message_id };
        api.request('outbound.reply_to', message, function () { api.done(); go(200); });
      };`,
    );
    for (const one of [ref, classicRef]) {
      expect(await place.ask(one)).toEqual(['done']);
      await expect
        .poll(() => place.logOf(one).filter((text) => text.includes('code that it started goes on')))
        .toHaveLength(1);
    }
    expect(await place.state.get('app/tests/goes-on/shared/late')).toBeNull();
    expect(await place.state.get('kv/tests/key/late')).toBeNull();
  });

  test('also of one that ran out of time', async () => {
    const ref = await place.installHandler(
      'too-late',
      `app.http.request('http://127.0.0.1:${(silent.address() as AddressInfo).port}/', { timeout: 60000 })
         .catch(() => app.contacts.create({ name: 'after the end' }));
       await new Promise(() => {});`,
      { manifest: { limits: { wall_ms: 1500 } } },
    );
    expect(await place.ask(ref)).toEqual([APOLOGY]);
    expect(place.logOf(ref).at(-1)).toMatch(/did not finish within 1.5 s/);
    expect([...place.records.contacts.values()].filter(({ name }) => name === 'after the end')).toEqual([]);
  });
});

describe('an HTTP call', () => {
  const slow = (name: string, options: string, limits: object) =>
    place.installHandler(
      name,
      `try { await app.http.request('http://127.0.0.1:${(silent.address() as AddressInfo).port}/'${options}); }
       catch (error) { await reply(error.message); }`,
      { manifest: { limits } },
    );

  /** For how long the handler says that it has waited. */
  const secondsIn = (answers: readonly string[]): number =>
    Number(/^http: no answer within ([\d.]+) s$/.exec(answers.join())?.[1]);

  test('is given up before its handler is, so that the handler can say so', async () => {
    const ref = await slow('patient', '', { wall_ms: 1500 });
    expect(secondsIn(await place.ask(ref))).toBeLessThan(1.5);
    const ussd = await slow('dialled', ', { timeout: 20000 }', { session_wall_ms: 3000 });
    const message = place.message({ transport_type: 'ussd', session_event: 'new' });
    expect(secondsIn(await place.ask(ussd, message))).toBeLessThan(3);
  });

  test('takes no longer than it is told', async () => {
    const ref = await slow('impatient', ', { timeout: 50 }', {});
    expect(await place.ask(ref)).toEqual(['http: no answer within 0.05 s']);
  });
});

describe('an event or a schedule whose handler throws', () => {
  const fired: FiredSchedule = { id: 'fails', name: 'remind', user: null, due: 5000, data: null };

  test('is tried again, and what it did at last takes effect once', async () => {
    const ref = await place.install(
      'unlucky',
      `let tries = 0;
       export default { async onSchedule(timer, app) {
         await app.state.increment('done');
         if (++tries < 3) throw new Error('not yet');
       } };`,
    );
    const message = scheduleMessage(ref, fired);
    const attempt = (number: number) =>
      place.sandbox.handleInbound(ref, message, { redelivered: number > 1, attempt: number });
    await expect(attempt(1)).rejects.toMatchObject({ code: 'app.threw', retry: true });
    await expect(attempt(2)).rejects.toMatchObject({ code: 'app.threw' });
    await attempt(3);
    expect(await place.state.get('app/tests/unlucky/shared/done')).toBe('1');
    expect(place.logOf(ref)).toEqual([
      expect.stringMatching(/Error: not yet[\s\S]*handled again soon \(attempt 1 of 5\)$/),
      expect.stringMatching(/attempt 2 of 5/),
    ]);
    expect(place.runs.filter(({ app }) => app === 'unlucky')).toMatchObject([
      { outcome: 'ok', kind: 'schedule' },
    ]);
  });

  test('is a failure after so many attempts, which can be replayed', async () => {
    const ref = await place.install(
      'hopeless',
      `export default { onEvent() { throw new Error('never'); } };`,
    );
    const event = createAck({ user_message_id: 'm', transport_name: 'smpp' }, 'remote');
    await expect(place.sandbox.handleEvent(ref, event, FIRST_TRY)).rejects.toMatchObject({
      code: 'app.threw',
    });
    await place.sandbox.handleEvent(ref, event, { redelivered: true, attempt: 5 });
    expect(place.failures.at(-1)?.reason).toContain('Error: never');
    const run = place.runs.find(({ app }) => app === 'hopeless');
    expect(run).toMatchObject({ outcome: 'threw', kind: 'event', message_id: event.event_id });
    expect(run?.record).not.toBeNull();
  });
});

test('a handler that sends at each report of its own sends is stopped', async () => {
  const ref = await place.install(
    'echoes',
    `export default { async onEvent(event, app) { await app.send('+27761', 'again'); } };`,
    { manifest: { limits: { generations: 6 } } },
  );
  let event = createAck({ user_message_id: 'first', transport_name: 'smpp' }, 'remote');
  let handled = 0;
  for (; handled < 50; handled++) {
    const before = place.sent.length;
    await place.sandbox.handleEvent(ref, event, FIRST_TRY);
    const sent = place.sent[before];
    if (sent === undefined) break;
    const vumi: unknown = sent.helper_metadata['vumi'];
    const next = createAck({ user_message_id: sent.message_id, transport_name: 'smpp' }, 'remote');
    event = { ...next, helper_metadata: { vumi } };
  }
  expect(handled).toBeGreaterThanOrEqual(6);
  expect(handled).toBeLessThanOrEqual(8);
  expect(place.logOf(ref)).toEqual([
    expect.stringContaining('it ends at 6'),
    expect.stringContaining('its events are dropped (limit generations)'),
  ]);
  expect(place.failures.at(-1)?.reason).toContain('pace: ');
  expect(place.runs.at(-1)).toMatchObject({ outcome: 'pace', kind: 'event' });
});

describe('stacks', () => {
  const PROBE = `
    const seen = [];
    const look = (error) => seen.push(String(error.stack));
    look(new Error('plain'));
    try { app.state.set('', 1); } catch (error) { look(error); }
    await app.state.get('a').then(() => look(new Error('later')));
    const holder = {}; Error.captureStackTrace(holder); look(holder);
    look((0, eval)('new Error("made of text")'));
    look(new Function('return new Error("made of text")')());
    const before = Error.prepareStackTrace;
    Error.prepareStackTrace = (error, sites) => sites.map((site) => [
      site.getFileName(), site.getScriptNameOrSourceURL(), site.getEvalOrigin(), site.getFunctionName(),
      String(site.getFunction()), String(site.getThis()), site.toString(),
    ].join(' ')).join('\\n');
    look(new Error('custom'));
    try { app.state.set('', 1); } catch (error) { look(error); }
    look(eval('new Error("nested")'));
    Error.prepareStackTrace = before;
    look(new Error('put back'));`;

  test('show the app its own frames and nothing of the platform', async () => {
    const ref = await place.installHandler('looks', `${PROBE} await reply(JSON.stringify(seen));`);
    const [answer = ''] = await place.ask(ref);
    expect(answer, place.logOf(ref).join('\n')).toMatch(/^\[/);
    const seen = JSON.parse(answer) as string[];
    expect(answer).not.toMatch(/vumi:|sandbox|bootstrap/);
    expect(seen[0]).toMatch(/^Error: plain\n {4}at .*worker\.js:\d+:\d+/);
    expect(seen[1]).toMatch(/^Error: a key of state is a text/);
    expect(seen.at(-1)).toMatch(/^Error: put back\n {4}at /);
  });

  test('of a classic app neither', async () => {
    const ref = await place.installClassic(
      'looks-classic',
      classic(`var error = new Error('plain'); var seen = [error.stack];
        try { require('moment').updateLocale(); require('lodash').template('<%= x.y %>')({}); } catch (thrown) { seen.push(thrown.stack); }
        Error.prepareStackTrace = function (error, sites) { return sites.map(function (site) { return site.getFileName() + ' ' + site; }).join('\\n'); };
        seen.push(new Error('custom').stack);
        reply(JSON.stringify(seen));`),
    );
    const [answer = ''] = await place.ask(ref);
    expect(answer, place.logOf(ref).join('\n')).toContain('Error: plain');
    expect(answer).not.toMatch(/vumi:|sandbox/);
  });
});

test('an error whose name would act on a terminal is kept without that', async () => {
  const ref = await place.installHandler(
    'colours',
    "const error = new Error('red\\u001b[31m'); error.name = '\\u001b[2J\\u009b31m\\u202e'; throw error;",
  );
  expect(await place.ask(ref)).toEqual([APOLOGY]);
  const texts = [place.logOf(ref), place.failures.at(-1)?.reason, place.runs.at(-1)?.error].flat();
  for (const text of texts) {
    expect(text).not.toBe('');
    expect(printable(text ?? '')).toBe(text);
  }
});
