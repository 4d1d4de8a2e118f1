/** Classic apps that mean harm: each is the body of a handler in which `msg` and `reply` are at hand, or a whole script. */
export interface ClassicAttack {
  readonly name: string;
  readonly body?: string;
  /** Evaluated with each message. */
  readonly script?: string;
  /** The attack answers like any other app, and has achieved nothing: what it says. Absent: the user gets the apology. */
  readonly answers?: string;
}

const cpu: readonly ClassicAttack[] = [
  { name: 'an endless loop', body: 'for (;;) {}' },
  {
    name: 'an endless loop in a callback',
    body: "api.request('kv.get', {key: 'x'}, function() { for (;;) {} });",
  },
  { name: 'an endless loop in a callback of a log', body: "api.log_info('x', function() { for (;;) {} });" },
  { name: 'an endless loop while it is evaluated', script: 'for (;;) {}' },
  { name: 'a storm of microtasks', body: 'function f() { Promise.resolve().then(f); } f();' },
  { name: 'a storm of the library', body: 'var Q = require("q"); function f() { Q().then(f); } f();' },
  { name: 'an object thrown whose message loops', body: 'throw { get message() { for (;;) {} } };' },
  { name: 'an object thrown at load whose stack loops', script: 'throw { get stack() { for (;;) {} } };' },
  { name: 'an object thrown whose toString loops', body: 'throw { toString: function() { for (;;) {} } };' },
  {
    name: 'a command whose toJSON loops',
    body: "api.request('kv.set', {toJSON: function() { for (;;) {} }});",
  },
  { name: 'a command whose getter loops', body: "api.request('kv.set', {get key() { for (;;) {} }});" },
  {
    name: 'a command that is a loop of a proxy',
    body: "api.request('kv.set', new Proxy({}, {ownKeys: function() { for (;;) {} }}));",
  },
  {
    name: 'a handler found by a looping getter',
    script: "Object.defineProperty(api, 'on_inbound_message', {get: function() { for (;;) {} }});",
  },
  {
    name: 'a stack formatter that loops',
    body: 'Error.prepareStackTrace = function() { for (;;) {} }; throw new Error("x");',
  },
  {
    name: 'a regular expression that explodes',
    body: "/^(a+)+$/.test(new Array(40).join('a') + '!'); for (;;) {}",
  },
  { name: 'a timer without end', body: 'require("q").delay(1e9);' },
  { name: 'a promise that nobody keeps', body: 'new Promise(function() {});' },
];

const unstoppable: readonly ClassicAttack[] = [
  {
    name: 'a search in an array of 2^53',
    body: 'Array.prototype.indexOf.call({ length: Math.pow(2, 53) - 1 }, 1);',
  },
  { name: 'a huge power of a BigInt', body: '(2n ** 10000000n) ** 60n;' },
];

const memory: readonly ClassicAttack[] = [
  { name: 'arrays without end', body: 'var a = []; for (;;) a.push(new Array(1000).fill(1.5));' },
  { name: 'a growing map', body: 'var m = new Map(); for (var i = 0; ; i++) m.set(i, {i: i});' },
  {
    name: 'closures without end',
    body: 'var f = null; for (;;) { f = (function(g) { return function() { return g; }; })(f); }',
  },
  { name: 'a text that doubles', body: "var s = 'x'; for (;;) { s += s; s.charCodeAt(0); }" },
  { name: 'formats without end', body: 'var a = []; for (;;) a.push(new Intl.NumberFormat("de"));' },
  { name: 'buffers without end', body: 'var a = []; for (;;) a.push(new Uint8Array(1e6));' },
  { name: 'recursion without end', body: 'function f() { return f() + 1; } f();' },
  { name: 'an error of many megabytes', body: "throw new Error(new Array(1 << 27).join('x'));" },
];

const floods: readonly ClassicAttack[] = [
  { name: 'requests without end', body: "for (;;) api.request('kv.get', {key: 'x'});" },
  {
    name: 'a command that asks for the next one',
    body: "function f() { api.request('kv.get', {key: 'x'}, f); } f();",
  },
  {
    name: 'a command of many megabytes',
    body: "api.request('kv.set', {key: 'x', value: new Array(1 << 23).join('x')});",
  },
  {
    name: 'many large commands',
    body: "for (var i = 0; i < 200; i++) api.request('kv.set', {key: 'x' + i, value: new Array(1 << 17).join('x')});",
  },
  {
    name: 'nesting by the thousand',
    body: "var a = []; for (var i = 0; i < 5000; i++) a = [a]; api.request('kv.set', {key: 'deep', value: a});",
  },
  {
    name: 'more sends than are allowed',
    body: "reply('one', function() { var n = 0; for (var i = 0; i < 99; i++) api.request('outbound.send_to', {content: 'x', to_addr: '+1'}, function(a) { if (++n === 99) api.done(); }); });",
    answers: 'one',
  },
  {
    name: 'log lines without end',
    body: "for (var i = 0; i < 250; i++) api.log_info(new Array(1e5).join('x')); reply('logged');",
    answers: 'logged',
  },
];

/** What a way out would say. */
const LOOK = "typeof process + typeof require('fs') + typeof setTimeout";
const NOTHING = 'undefinedobjectundefined';

const escapes: readonly ClassicAttack[] = [
  {
    name: 'the constructor of the api',
    body: `reply(api.request.constructor("return " + ${JSON.stringify(LOOK)})());`,
    answers: NOTHING,
  },
  {
    name: 'the constructor of require',
    body: `reply(require.constructor.constructor("return " + ${JSON.stringify(LOOK)})());`,
    answers: NOTHING,
  },
  {
    name: 'the constructor of Buffer',
    body: `reply(Buffer.from.constructor("return " + ${JSON.stringify(LOOK)})());`,
    answers: NOTHING,
  },
  {
    name: "the library's constructors",
    body: `reply(require("lodash").template.constructor("return " + ${JSON.stringify(LOOK)})());`,
    answers: NOTHING,
  },
  {
    name: 'the entries of the runner',
    body: 'reply([typeof __entries, typeof __post, typeof vumiLibraries, typeof vumiGuest]);',
    answers: '["undefined","undefined","undefined","undefined"]',
  },
  {
    name: 'what was taken away',
    body: 'reply([typeof WebAssembly, typeof SharedArrayBuffer, typeof Atomics, typeof FinalizationRegistry, typeof WeakRef]);',
    answers: '["undefined","undefined","undefined","undefined","undefined"]',
  },
  {
    name: 'callers of a callback',
    body: `api.log_info('x', function spy() {
      var seen = []; try { var f = spy; for (var i = 0; i < 20 && f; i++) { f = f.caller; if (f) seen.push(String(f.arguments && f.arguments.length)); } } catch (e) { seen.push('refused'); }
      reply(seen.join() === '' || seen.join() === 'refused' ? 'nothing' : seen.join());
    });`,
    answers: 'nothing',
  },
  {
    name: 'frames of trusted code',
    body: `Error.prepareStackTrace = function(e, frames) { return frames.filter(function(f) { return (f.getThis() || f.getFunction()) && f.getScriptNameOrSourceURL() !== 'workers/worker.js'; }).map(String); };
      api.log_info('x', function() { var seen = new Error('x').stack; reply(seen); });`,
    answers: '[]',
  },
  {
    name: 'poisoned builtins that listen to trusted code',
    body: `var heard = [];
      function spy(object, name) { var real = object[name]; object[name] = function() { for (var i = 0; i < arguments.length; i++) if (typeof arguments[i] === 'function') heard.push(name); return real.apply(this, arguments); }; }
      spy(JSON, 'stringify'); spy(JSON, 'parse'); spy(Map.prototype, 'get'); spy(Map.prototype, 'set'); spy(Reflect, 'apply'); spy(Array.prototype, 'push');
      Object.defineProperty(Object.prototype, 'reply', {set: function(v) { heard.push('setter ' + typeof v); Object.defineProperty(this, 'reply', {value: v, writable: true, configurable: true}); }, configurable: true});
      api.request('kv.get', {key: 'x'}, function() { delete Object.prototype.reply; reply(heard.filter(function(h) { return h.indexOf('setter') !== 0; })); });`,
    answers: '[]',
  },
  {
    name: 'a prototype that pretends to be an answer',
    body: `Object.prototype.kill = 'x'; Object.prototype.reply = {success: true, value: 'forged'};
      api.request('kv.get', {key: 'never-there'}, function(a) { delete Object.prototype.kill; delete Object.prototype.reply; reply(String(a.value)); });`,
  },
  {
    name: "keys that climb into another account's",
    body: "api.request('kv.set', {key: '../../victim/key/x', value: 1}, function() { api.request('kv.set', {key: 'a\\u0000b', value: 1}, function(a) { reply(String(a.success)); }); });",
    answers: 'false',
  },
  {
    name: 'a stamp of another account',
    body: "api.request('outbound.reply_to', {content: 'x', in_reply_to: msg.message_id, helper_metadata: {vumi: {account: 'victim'}}}, function(a) { reply(String(a.success)); });",
    answers: 'false',
  },
  {
    name: "a reply to somebody else's message",
    body: "api.request('outbound.reply_to', {content: 'x', in_reply_to: 'f0f0f0'}, function(a) { reply(String(a.success)); });",
    answers: 'false',
  },
  {
    name: 'commands named as members of objects',
    body: "api.request('constructor', {});",
  },
  { name: 'a command named __proto__', body: "api.request('__proto__', {});" },
  {
    name: 'a command that is no text',
    body: "api.request({toString: function() { return 'kv.get'; }}, {key: 'x'});",
  },
];

const leftovers: readonly ClassicAttack[] = [
  {
    name: 'work that goes on after done',
    body: "reply('first', function() { api.done(); (function f() { Promise.resolve().then(f); })(); });",
    answers: 'first',
  },
  {
    name: 'an endless loop after done',
    body: "reply('first', function() { api.done(); for (;;) {} });",
  },
];

export const classicAttacks = { cpu, unstoppable, memory, floods, escapes, leftovers } as const;
