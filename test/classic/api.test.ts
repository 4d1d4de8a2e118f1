import { createHash, createHmac } from 'node:crypto';
import { createAck } from '@vumi/core';
import { FIRST_TRY, SandboxPlace, SECOND_TRY } from '@vumi/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askRaw, rawApp } from './raw-app.ts';

const APOLOGY = 'Sorry, something went wrong. Please try again later.';

let place: SandboxPlace;
beforeAll(async () => {
  place = await SandboxPlace.start({ limits: { wall_ms: 2000 } });
  // The snapshot of the libraries takes longer than a test should.
  await askRaw(place, 'reply("warm");');
});
afterAll(() => place[Symbol.asyncDispose]());

/** Each is a body of a handler and what it replies. */
const answers: [label: string, body: string, answer: unknown][] = [
  [
    'a request is given its command, its number and its place, and is answered with `this` as the api',
    `var given = {key: 'k'};
     api.request('kv.get', given, function(answer) { reply([given, answer, this === api, api.id]); });`,
    [
      { key: 'k', cmd: 'kv.get', reply: false, cmd_id: '3' },
      { success: true, value: null, cmd: 'kv.get', cmd_id: '3', reply: true },
      true,
      3,
    ],
  ],
  [
    'a request is sent later, with what was put into it meanwhile',
    `var given = {}; api.request('kv.set', given, function() {
       api.request('kv.get', {key: 'late'}, function(answer) { reply(answer.value); });
     });
     given.key = 'late'; given.value = {a: [1, null]};`,
    { a: [1, null] },
  ],
  [
    'the parts of the api that a dummy imitates are there',
    `var made = api.populate_command('x', {a: 1});
     reply([made, api.next_id(), typeof api.log_info, typeof api.done, api.on_unknown_command()]);`,
    [{ a: 1, cmd: 'x', reply: false, cmd_id: '3' }, '4', 'function', 'function', null],
  ],
  [
    'a log line is answered, with and without a callback, and may be missing',
    `api.log_info('one'); api.request('log.error', {}, function(bad) {
       api.request('log.log', {msg: {a: 1}, level: 40}, function(good) { reply([bad, good]); });
     });`,
    [
      { success: false, reason: 'Value expected for msg', cmd: 'log.error', cmd_id: '4', reply: true },
      { success: true, cmd: 'log.log', cmd_id: '5', reply: true },
    ],
  ],
  [
    'nothing of Node and no timer is in sight',
    `reply([typeof setTimeout, typeof setImmediate, typeof process, typeof global, typeof module, typeof exports,
            typeof WebAssembly, typeof SharedArrayBuffer, typeof URL, typeof fetch, typeof __entries]);`,
    Array.from({ length: 11 }, () => 'undefined'),
  ],
  [
    'require gives what is listed, the same each time, and null for the rest',
    `reply([require('fs'), require('child_process'), require('./x'), require('__proto__'), require('constructor'), require(),
            require('lodash') === require('lodash'), typeof require('vumigo_v02').App, require('url').parse('http://a/b').host]);`,
    [null, null, null, null, null, null, true, 'function', 'a'],
  ],
  [
    'every listed module loads',
    `reply(['assert', 'buffer', 'crypto', 'events', 'go-jsbox-location', 'go-jsbox-metrics-helper', 'go-jsbox-ona',
            'go-jsbox-xform', 'jed', 'lodash', 'moment', 'path', 'q', 'querystring', 'seed-jsbox-utils', 'url', 'util',
            'vumigo_v01', 'vumigo_v02'].map(function(name) {
              return require(name) === null ? name : 'ok';
            }));`,
    Array.from({ length: 19 }, () => 'ok'),
  ],
  [
    'Buffer and crypto do what apps use of them',
    `reply([new Buffer('user:pass').toString('base64'), Buffer.from('aGk=', 'base64').toString(),
            require('crypto').randomBytes(8).toString('hex').length]);`,
    ['dXNlcjpwYXNz', 'hi', 16],
  ],
  [
    'crypto makes digests as Node does',
    `var crypto = require('crypto');
     reply([crypto.createHash('md5').update('toilet').digest('hex'), crypto.createHash('sha1').update('a').update('b').digest('base64'),
            crypto.createHmac('sha256', 'key').update('text').digest('hex'), Buffer.isBuffer(crypto.createHash('sha512').digest()),
            crypto === require('crypto')]);`,
    [
      createHash('md5').update('toilet').digest('hex'),
      createHash('sha1').update('ab').digest('base64'),
      createHmac('sha256', 'key').update('text').digest('hex'),
      true,
      true,
    ],
  ],
  [
    'other modules of Node do what they do there',
    `var util = require('util'), path = require('path'), EventEmitter = require('events').EventEmitter, e = new EventEmitter(), heard = [];
     e.on('x', function(y) { heard.push(y); }); e.emit('x', 1);
     reply([util.format('%s %d', 'a', 1), util.inspect({a: [1]}), path.join('a', '..', 'b'), path.basename('/x/y.js', '.js'),
            path.resolve('z'), heard, require('buffer').Buffer === Buffer]);`,
    ['a 1', '{ a: [ 1 ] }', 'b', 'y', '/z', [1], true],
  ],
  [
    'code may be made of texts',
    `reply([new Function('a', 'return a + typeof msg')(1), (0, eval)('typeof reply')]);`,
    ['1object', 'function'],
  ],
  [
    'a global variable is a member of the global object, and `this` there is that object',
    `reply([Object.keys(this).indexOf('say') >= 0, typeof globalThis.msg, (function() { return this === globalThis; })()]);`,
    [false, 'object', true],
  ],
  [
    'time stands still and chance is drawn from the message',
    `var a = Date.now(); for (var i = 0; i < 1e5; i++) {} var m = require('moment');
     reply([Date.now() === a, m().valueOf() === a, Math.random() !== Math.random()]);`,
    [true, true, true],
  ],
  [
    'a promise of the library, its timers and its errors work without timers in sight',
    `var Q = require('q');
     Q.delay(5).then(function() { return Q.reject(new Error('no')); }).catch(function(e) { reply(e.message); }).done();`,
    'no',
  ],
  [
    'what was written is read again before it is committed',
    `var seen = []; function step(cmd, fields, next) { api.request(cmd, fields, function(a) { seen.push(a.value === undefined ? a.existed : a.value); next(); }); }
     step('kv.set', {key: 'w', value: 1}, function() { step('kv.incr', {key: 'w', amount: 2}, function() {
       step('kv.get', {key: 'w'}, function() { step('kv.delete', {key: 'w'}, function() { step('kv.get', {key: 'w'}, function() {
         step('kv.incr', {key: 'w'}, function() { reply(seen); }); }); }); }); }); });`,
    [null, 3, 3, true, null, 1],
  ],
];

test.each(answers)('%s', async (_label, body, answer) => {
  const { answers: got, ref } = await askRaw(place, body);
  const [text = ''] = got;
  expect(typeof answer === 'string' ? text : JSON.parse(text), place.logOf(ref).join('\n')).toEqual(answer);
});

describe('a run ends', () => {
  test.each([
    ['when it never calls done', 'var x = 1;', /did not finish within 2 s/],
    [
      'when its handler throws',
      "throw new Error('no luck');",
      /no luck\n {4}at api\.on_inbound_message \(workers\/worker\.js:\d+/,
    ],
    ['when a callback throws', "api.log_info('x', function() { null.x; });", /TypeError/],
    [
      'when a promise of the library has no catch',
      "require('q')().then(function() { throw new Error('lost'); }).done();",
      /lost/,
    ],
    ['when it sends a command that is none', "api.request('kv.melt', {});", /no command "kv\.melt"/],
    ['when it asks for a resource that is none', "api.request('melt', {});", /no command "melt"/],
    ['when a command cannot be written', 'var a = {}; a.a = a; api.request("kv.set", a);', /circular/],
    [
      'when it loops with commands',
      "function again() { api.log_info('x', again); } again();",
      /300 commands/,
    ],
    // On a busy machine the clock may run out before the CPU does.
    ['when it loops', 'for (;;) {}', /CPU|did not finish/],
  ])('with an apology that closes the session %s', async (_label, body, reason) => {
    const { answers: got, message, ref } = await askRaw(place, body);
    expect(got).toEqual([APOLOGY]);
    const apology = place.sent.find(({ in_reply_to }) => in_reply_to === message.message_id);
    expect(apology?.session_event).toBe('close');
    expect(place.logOf(ref).join('\n')).toMatch(reason);
  });

  test('with nothing done when it is killed', async () => {
    const { ref } = await askRaw(
      place,
      "api.request('kv.set', {key: 'never', value: 1}, function() { api.request('oh.no', {}); });",
    );
    expect(place.state.values.has('kv/tests/key/never')).toBe(false);
    expect(place.logOf(ref)).toHaveLength(1);
  });

  test('and its author is told what a module does not have, though the app swallows the error', async () => {
    const { answers: got, ref } = await askRaw(
      place,
      "try { require('crypto').createCipher('aes', 'x'); } catch (error) { reply('thanks'); }",
    );
    expect(got).toEqual(['thanks']);
    expect(place.logOf(ref).join('\n')).toMatch(/crypto\.createCipher is not there/);
  });

  test('without an answer when the app says that it is done', async () => {
    const { answers: got } = await askRaw(place, "api.request('log.error', {msg: 'sorry'}); api.done();");
    expect(got).toEqual([]);
  });

  test('only when what was asked before has been done', async () => {
    await askRaw(place, "api.request('kv.set', {key: 'unawaited', value: 7}); api.done();");
    expect(place.state.values.get('kv/tests/key/unawaited')).toBe('7');
  });
});

describe('what is declared at the top of the file is seen by code that is made of texts', () => {
  const PROBE = 'var f = new Function("return [one, two, typeof Three, four()]"); reply(f());';
  const DECLARED =
    'let one = 1; const { two } = { two: 2 }; class Three {} function four() { return ++one; }';

  test.each([
    ['in a sloppy file', ''],
    ['in a strict file', '"use strict";'],
  ])('%s', async (_label, directive) => {
    const ref = await place.installClassic('declares', `${directive}${DECLARED}${rawApp(PROBE)}`);
    expect(await place.ask(ref)).toEqual(['[1,2,"function",2]']);
  });

  test('and written by it, where it may be', async () => {
    const ref = await place.installClassic(
      'declares',
      `let a = 1; const b = 1;${rawApp(`
        var answer = [];
        new Function('a = 5')();
        try { new Function('b = 5')(); } catch (e) { answer.push(e.name); }
        answer.push(a, b, new Function('return typeof c')());
        reply(answer);`)}`,
    );
    expect(await place.ask(ref)).toEqual(['["TypeError",5,1,"undefined"]']);
  });

  test('without taking from the libraries what they run on', async () => {
    const ref = await place.installClassic(
      'declares',
      `const Promise = null; class Map {}; let JSON2 = JSON;${rawApp(
        'require("q")(1).then(function(n) { reply([n, Promise, typeof require("lodash").memoize(Math.abs)]); });',
      )}`,
    );
    expect(await place.ask(ref)).toEqual(['[1,null,"function"]']);
  });
});

test('what libraries assign without declaring it leaves the globals of an app alone', async () => {
  const ref = await place.installClassic(
    'own-globals',
    `var url = 'mine', today = 'mine', http = 'mine';${rawApp(`
      var utils = require('seed-jsbox-utils');
      utils = utils.utils || utils;
      var helper = new (require('go-jsbox-metrics-helper'))({ on: function() {} });
      helper.add.total_state_actions({ state: 'a' });
      reply([utils.double_digit_number('5'), utils.check_valid_number('12'), url, today, http,
             typeof is_true, typeof input_numeric, typeof formatted_action]);`)}`,
  );
  expect(await place.ask(ref)).toEqual([
    '["05",true,"mine","mine","mine","undefined","undefined","undefined"]',
  ]);
});

test('a message that comes twice takes effect once', async () => {
  const { ref } = await askRaw(place, "reply('none');");
  await place.installClassic(
    ref.app,
    rawApp("api.request('kv.incr', {key: 'once'}, function(a) { reply(a.value); });"),
  );
  const message = place.message();
  expect(await place.ask(ref, message)).toEqual(['1']);
  const first = place.sent.find(({ in_reply_to }) => in_reply_to === message.message_id);
  await place.ask(ref, message, SECOND_TRY);
  expect(place.state.values.get('kv/tests/key/once')).toBe('1');
  expect(place.sent.at(-1)?.message_id).toBe(first?.message_id);
});

describe('realms', () => {
  test('each message gets a new one: nothing is left in memory', async () => {
    const { ref, answers: first } = await askRaw(
      place,
      'globalThis.n = (globalThis.n || 0) + 1; require("lodash").marked = (require("lodash").marked || 0) + 1; reply([n, require("lodash").marked]);',
    );
    expect(first).toEqual(['[1,1]']);
    expect(await place.ask(ref)).toEqual(['[1,1]']);
  });

  test('many users are served side by side, each by a realm of his own', async () => {
    const { ref } = await askRaw(
      place,
      `var mine = msg.from_addr; api.request('kv.incr', {key: 'all'}, function() {
         api.request('kv.get', {key: 'x'}, function() { reply(mine === msg.from_addr); });
       });`,
    );
    const asked = await Promise.all(Array.from({ length: 200 }, () => place.ask(ref)));
    expect(asked.flat()).toEqual(Array.from({ length: 200 }, () => 'true'));
    expect(place.state.values.get('kv/tests/key/all')).toBe('201');
  });

  test('memory comes back: message after message passes through one small isolate', async () => {
    const { ref } = await askRaw(
      place,
      "var a = []; for (var i = 0; i < 20000; i++) a.push({i: i}); reply(require('moment').utc(0).format('YYYY'));",
      { options: { manifest: { limits: { memory_mb: 32 } } } },
    );
    for (let round = 0; round < 20; round++) {
      const asked = await Promise.all(Array.from({ length: 10 }, () => place.ask(ref)));
      expect(asked.flat()).toEqual(Array.from({ length: 10 }, () => '1970'));
    }
  });
});

describe('events', () => {
  const source = rawApp('api.done();').concat(`
    api.on_inbound_event = function(command) {
      api.request('kv.set', {key: 'event.' + command.msg.user_message_id, value: command}, function() { api.done(); });
    };`);

  test.each([
    [{}, false],
    [{ config: '{"process_events": false}' }, false],
    [{ config: 'no json' }, false],
    [{ config: '{"process_events": true}' }, true],
    [{ config: { process_events: 1 } }, true],
  ])('with the configuration %j they come: %s', async (config, comes) => {
    const id = `m${Math.random()}`;
    const ref = await place.installClassic(`events-${Math.random().toString(36).slice(2)}`, source, {
      settings: { config, secrets: {} },
    });
    const event = createAck({ user_message_id: id, transport_name: 'smpp' }, 'abc');
    await place.sandbox.handleEvent(ref, event, FIRST_TRY);
    const stored = place.state.values.get(`kv/tests/key/event.${id}`);
    expect(stored !== undefined).toBe(comes);
    if (comes)
      expect(JSON.parse(stored ?? '')).toMatchObject({
        cmd: 'inbound-event',
        reply: false,
        msg: { event_type: 'ack', user_message_id: id, sent_message_id: 'abc' },
      });
  });

  test('an app without a handler for them is asked for its handler of unknown commands', async () => {
    const ref = await place.installClassic(
      'events-unknown',
      "api.on_unknown_command = function(c) { api.request('kv.set', {key: 'unknown', value: c.cmd}, api.done); };",
      { settings: { config: { config: { process_events: true } }, secrets: {} } },
    );
    await place.sandbox.handleEvent(
      ref,
      createAck({ user_message_id: 'u', transport_name: 'smpp' }, 's'),
      FIRST_TRY,
    );
    expect(place.state.values.get('kv/tests/key/unknown')).toBe('"inbound-event"');
  });
});

test("what the toolkits log of a user is shortened; other lines are the author's", async () => {
  const { ref } = await askRaw(
    place,
    `api.log_info('Loaded user: ' + JSON.stringify({addr: '+27', lang: 'en', answers: {a: 'secret', b: '2'}, state: {name: 's'}}));
     api.log_info('Loaded user +2776: ' + JSON.stringify({current_state: 's', lang: 'en', answers: {a: 'secret'}}));
     api.log_info('Saving user: ' + JSON.stringify({current_state: 't', pages: {}}));
     api.log_info('Saving user settings');
     api.log_info('Loaded user: ?'); api.log_info('call +27761234567'); reply('ok');`,
  );
  expect(place.logOf(ref)).toEqual([
    'Loaded user: state s, language en, 2 answers',
    'Loaded user: state s, language en, 1 answers',
    'Saving user: state t, language none, 0 answers',
    'Saving user settings',
    'Loaded user: (not shown)',
    'call +27761234567',
    'Done.',
  ]);
});
