/**
 * Apps that mean harm, by the classes of spec sandbox-security §3. Each is the body of an `onMessage` handler, or a
 * whole worker where it matters when it runs.
 */
export interface HostileApp {
  readonly name: string;
  /** Body of a handler. */
  readonly handler?: string;
  /** Whole worker. */
  readonly worker?: string;
  /** The attack answers like any other app, and has achieved nothing: what it may say. */
  readonly answers?: RegExp;
}

/** Everything here must end with the apology. */
const cpu: readonly HostileApp[] = [
  { name: 'an endless loop', handler: 'for (;;) {}' },
  { name: 'an endless loop after an await', handler: "await app.state.get('x'); for (;;) {}" },
  { name: 'an endless loop after its own promise', handler: 'await null; for (;;) {}' },
  { name: 'a storm of microtasks', handler: 'const f = () => Promise.resolve().then(f); await f()' },
  { name: 'microtasks that multiply', handler: 'const f = async () => { f(); f(); await f(); }; await f()' },
  {
    name: 'an endless recursion of promises',
    handler: 'const f = async () => { await null; return f(); }; await f()',
  },
  { name: 'a thrown object whose message loops', handler: 'throw { get message() { for (;;) {} } }' },
  { name: 'a thrown object whose stack loops', handler: 'throw { get stack() { for (;;) {} } }' },
  { name: 'a thrown object whose toString loops', handler: 'throw { toString() { for (;;) {} } }' },
  { name: 'a thrown Proxy that loops', handler: 'throw new Proxy({}, { get() { for (;;) {} } })' },
  {
    name: 'a thrown error with a looping toPrimitive',
    handler: 'throw { [Symbol.toPrimitive]() { for (;;) {} } }',
  },
  { name: 'a text whose toString loops', handler: 'await reply({ toString() { for (;;) {} } })' },
  { name: 'a value whose toJSON loops', handler: "await app.state.set('x', { toJSON() { for (;;) {} } })" },
  { name: 'log fields whose getter loops', handler: "app.log.info('x', { get y() { for (;;) {} } })" },
  { name: 'a thenable that loops', handler: 'return { then() { for (;;) {} } }' },
  { name: 'a getter named then that loops', handler: 'return { get then() { for (;;) {} } }' },
  {
    name: 'a stack formatter that loops',
    handler: 'Error.prepareStackTrace = () => { for (;;) {} }; throw new Error("x")',
  },
  { name: 'a loop at load', worker: 'for (;;) {} export default { onMessage() {} };' },
  {
    name: 'an evil object thrown at load',
    worker: 'export default {}; throw { get message() { for (;;) {} } };',
  },
  {
    name: 'a handler found by a looping getter',
    worker: 'export default { get onMessage() { for (;;) {} } };',
  },
  { name: 'a regular expression that explodes', handler: `/^(a+)+$/.test('a'.repeat(40) + '!')` },
  {
    name: 'a sort that never ends',
    handler: 'const a = Array.from({ length: 1e6 }, (_, i) => i); for (;;) a.sort(() => Math.random() - 0.5)',
  },
  {
    name: 'an iterator without end',
    handler:
      'const it = { [Symbol.iterator]() { return { next() { return { done: false } } } } }; for (const x of it);',
  },
  { name: 'a generator without end', handler: 'function* g() { for (;;) yield 1 } [...g()]' },
  {
    name: 'compiling without end',
    handler: "for (let i = 0; ; i++) new Function('return ' + '('.repeat(50) + i + ')'.repeat(50))",
  },
  {
    name: 'a try that catches the end',
    handler: 'for (;;) { try { for (;;) {} } catch {} finally { continue } }',
  },
];

/** Native code that V8 cannot stop: the process has to go. */
const unstoppable: readonly HostileApp[] = [
  {
    name: 'a search in an array of 2^53',
    handler: 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)',
  },
  {
    name: 'a huge power of a BigInt',
    handler: 'const x = (2n ** 10_000_000n) ** 60n; await reply(String(x).slice(0, 5))',
  },
  {
    name: 'a reverse of a huge array-like',
    handler: 'Array.prototype.reverse.call({ length: 2 ** 53 - 1 })',
  },
  { name: 'filling a huge array', handler: 'const a = []; for (;;) a.push(new Array(6e7).fill())' },
];

const memory: readonly HostileApp[] = [
  { name: 'a growing array', handler: 'const a = []; for (;;) a.push(new Array(1000).fill(1.5))' },
  { name: 'a growing map', handler: 'const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })' },
  {
    name: 'nested closures',
    handler:
      'let f = () => 0; for (;;) { const g = f; const big = new Array(100).fill(0); f = () => g() + big.length; }',
  },
  {
    name: 'a growing text',
    handler: "let s = 'x'; const all = []; for (;;) { s += s; all.push(s.split('')); }",
  },
  { name: 'a text spread into an array', handler: "[...'.'.repeat(5e8)]" },
  { name: 'array buffers', handler: 'const a = []; for (;;) a.push(new ArrayBuffer(1e7))' },
  { name: 'deep JSON', handler: "JSON.parse('['.repeat(5e7))" },
  { name: 'a recursion without end', handler: 'const f = () => f() + 1; f()' },
  {
    name: 'objects of Intl',
    handler: "const a = []; for (;;) a.push(new Intl.NumberFormat('en'), new Intl.DateTimeFormat('de'))",
  },
  {
    name: 'an array with a hole of 4 billion',
    handler: "const a = []; a[2 ** 32 - 2] = 1; await app.state.set('x', a)",
  },
  {
    name: 'one text many times over',
    handler: "const s = 'x'.repeat(1e6); await app.state.set('x', Array(800).fill(s))",
  },
  { name: 'a huge error', handler: "throw new Error('x'.repeat(2 ** 28))" },
  {
    name: 'memory at load',
    worker: 'const a = []; for (;;) a.push(new Array(1000).fill(1.5)); export default { onMessage() {} };',
  },
];

const floods: readonly HostileApp[] = [
  { name: 'sends without end', handler: "for (;;) app.send('+1', 'x')" },
  { name: 'big sends without end', handler: "for (;;) app.send('+1', 'x'.repeat(60000))" },
  { name: 'replies without end', handler: 'for (;;) reply("x")' },
  { name: 'writes without end', handler: "for (let i = 0; ; i++) app.state.set('k' + i, 'x'.repeat(1000))" },
  { name: 'reads without end', handler: "for (;;) app.state.get('x')" },
  { name: 'reads one after the other without end', handler: "for (;;) await app.state.get('x')" },
  {
    name: 'HTTP calls without end',
    handler: "for (;;) app.http.request('http://127.0.0.1:9/').catch(() => {})",
  },
  { name: 'a value that is too large', handler: "await app.state.set('x', 'x'.repeat(70000))" },
  { name: 'a key that is too long', handler: "await app.state.set('k'.repeat(300), 1)" },
  { name: 'pending promises without end', handler: 'const a = []; for (;;) a.push(new Promise(() => {}))' },
  {
    name: 'log lines without end',
    handler: "for (let i = 0; i < 5000; i++) app.log.info('x'.repeat(10000)); await reply('logged')",
    answers: /^logged$/,
  },
];

/** Attempts to get out: each says what it found, which must be nothing. */
const escapes: readonly HostileApp[] = [
  {
    name: 'the constructor of a constructor',
    handler: "await reply(String(reply.constructor.constructor('return typeof process + typeof require')()))",
    answers: /^undefinedundefined$/,
  },
  {
    name: 'globals of the host',
    handler:
      "await reply(['process','require','global','__post','ivm','_ivm','WebAssembly','SharedArrayBuffer','Atomics','WeakRef','FinalizationRegistry','setTimeout','fetch'].filter((n) => n in globalThis).join() || 'none')",
    answers: /^none$/,
  },
  {
    name: 'call sites of trusted code',
    handler: `Error.prepareStackTrace = (e, sites) => sites;
      let found = []; const trap = { toString() { found = new Error().stack.map((s) => [s.getFunction(), s.getThis()]); return 'x'; } };
      app.log.info(trap); delete Error.prepareStackTrace;
      await reply(String(found.flat().filter((x) => x !== undefined && x !== null).length));`,
    answers: /^0$/,
  },
  {
    name: 'a replaced JSON, Map, Promise and Reflect',
    handler: `for (const o of [JSON, Reflect, Object, Promise, Math]) for (const k of Object.getOwnPropertyNames(o)) { try { o[k] = () => { throw new Error('poisoned') } } catch {} }
      for (const p of [Map.prototype, Array.prototype, Promise.prototype, String.prototype]) for (const k of Reflect.ownKeys ? [] : Object.keys(p)) delete p[k];
      Map.prototype.get = Map.prototype.set = () => { throw new Error('poisoned') };
      Array.prototype[Symbol.iterator] = () => { throw new Error('poisoned') };
      reply('still there');`,
    answers: /^still there$/,
  },
  {
    name: 'setters on the prototypes of effects',
    handler: `const seen = [];
      Object.defineProperty(Array.prototype, 0, { configurable: true, set(v) { seen.push(typeof v) } });
      Object.defineProperty(Object.prototype, 'kind', { configurable: true, set() { seen.push('kind') } });
      reply('x'); delete Array.prototype[0]; delete Object.prototype.kind;`,
    answers: /^x$/,
  },
  {
    name: 'a prototype polluted through state',
    handler: `await app.state.set('p', JSON.parse('{"__proto__":{"isAdmin":true}}')); await reply(String(({}).isAdmin))`,
    answers: /^undefined$/,
  },
  {
    name: 'effects that claim to be others',
    handler: `Object.prototype.toJSON = function () { return this.sends ? { sends: [{ kind: 'send', to: '+1', text: 'forged', metadata: { vumi: { account: 'victim' } } }], writes: [{ op: 'set', scope: 'shared', key: '../../victim/shared/x', value: '1' }] } : this; };
      await reply('x');`,
    answers: /^$/,
  },
  {
    name: 'effects in the wrong form',
    handler:
      "Object.prototype.toJSON = function () { return this.sends ? { sends: 7 } : this; }; await reply('x');",
  },
  {
    name: 'another message finished in its place',
    handler: "reply('mine'); globalThis.kept ??= reply; if (kept !== reply) await kept('theirs');",
    answers: /^mine$/,
  },
  {
    name: 'a host error with paths',
    handler:
      "await app.http.request('http://127.0.0.1:1/').catch((e) => reply(e.stack.includes('/work') || e.stack.includes('node:') ? 'path' : 'clean'))",
    answers: /^clean$/,
  },
  {
    name: 'a stack overflow inside trusted code',
    handler:
      "const f = () => { try { f() } finally { app.log.info('x') } }; try { f() } catch {} await reply('ok')",
    answers: /^ok$/,
  },
  { name: 'a thrown null', handler: 'throw null' },
  {
    name: 'a frozen realm',
    handler:
      "for (const k of Object.getOwnPropertyNames(globalThis)) { try { Object.freeze(globalThis[k]); Object.freeze(globalThis[k].prototype) } catch {} } await reply('x')",
    answers: /^x$/,
  },
  {
    name: 'a return value that is a function',
    handler: "await reply('x'); return () => { for (;;) {} }",
    answers: /^x$/,
  },
];

/** Work left over after the handler has answered. */
const leftovers: readonly HostileApp[] = [
  {
    name: 'a loop after the answer',
    handler:
      "reply('x'); Promise.resolve().then(async () => { for (let i = 0; i < 20; i++) await null; for (;;) {} })",
    answers: /^x?$/,
  },
  {
    name: 'a rejected promise whose stack loops',
    handler: "Promise.reject({ get stack() { for (;;) {} } }); await reply('x')",
    answers: /^x?$/,
  },
  {
    name: 'a rejected promise that stringifies for ever',
    handler: "Promise.reject({ toString() { for (;;) {} } }); await reply('x')",
    answers: /^x?$/,
  },
];

export const hostileApps = { cpu, unstoppable, memory, floods, escapes, leftovers } as const;
