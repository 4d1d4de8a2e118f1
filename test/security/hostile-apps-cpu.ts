import type { HostileApp } from './hostile-app.ts';

/** Code that does not end, wherever the platform runs a tenant's code. */
export const cpu: readonly HostileApp[] = [
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
  {
    name: 'a getter named default that loops at load',
    worker: 'module.exports = { get default() { for (;;) {} } };',
  },
  {
    name: 'an error at load whose stack formatter loops',
    worker:
      "Error.prepareStackTrace = () => { for (;;) {} }; throw new Error('x'); export default { onMessage() {} };",
  },
  {
    name: 'a class whose static block loops at load',
    worker: 'class A { static { for (;;) {} } } export default { onMessage() { return A; } };',
  },
  {
    name: 'a Proxy of an app that loops',
    worker: 'export default new Proxy({}, { get() { for (;;) {} } });',
  },
  {
    name: 'a returned promise whose constructor getter loops',
    handler:
      'const p = Promise.resolve(); Object.defineProperty(p, "constructor", { get() { for (;;) {} } }); return p',
  },
  {
    name: 'a species that loops',
    handler:
      'Object.defineProperty(Promise, Symbol.species, { get() { for (;;) {} } }); await app.state.get("x")',
  },
  { name: 'a thenable that calls back without end', handler: 'return { then(done) { for (;;) done() } }' },
  { name: 'a log text whose toString loops', handler: 'app.log.info({ toString() { for (;;) {} } })' },
  { name: 'log fields whose toJSON loops', handler: "app.log.info('x', { toJSON() { for (;;) {} } })" },
  { name: 'console arguments whose toJSON loops', handler: 'console.log({ toJSON() { for (;;) {} } })' },
  {
    name: 'an address whose toPrimitive loops',
    handler: 'await app.http.request({ [Symbol.toPrimitive]() { for (;;) {} } })',
  },
  {
    name: 'headers of HTTP that loop',
    handler:
      "await app.http.request('http://127.0.0.1:1/', { headers: new Proxy({}, { ownKeys() { for (;;) {} } }) })",
  },
  {
    name: 'an option of a reply whose getter loops',
    handler: "await reply('x', { get end() { for (;;) {} } })",
  },
  {
    name: 'an option of a send whose getter loops',
    handler: "await app.send('+1', 'x', { get endpoint() { for (;;) {} } })",
  },
  {
    name: 'metadata whose getter loops when the effects are written',
    handler: "await reply('x', { helper_metadata: { get a() { for (;;) {} } } })",
  },
  {
    name: 'a write whose toJSON loops when the effects are written',
    handler:
      "await app.state.set('x', 1); Object.prototype.toJSON = function () { if (this.op) for (;;) {} return this }; await reply('x')",
  },
  {
    name: 'an option ttl whose getter loops',
    handler: "await app.state.set('x', 1, { get ttl() { for (;;) {} } })",
  },
  {
    name: 'a toJSON of all objects that loops',
    handler: 'Object.prototype.toJSON = () => { for (;;) {} }; await reply("x")',
  },
  {
    name: 'a getter named then of all objects that loops',
    handler:
      "Object.defineProperty(Object.prototype, 'then', { get() { for (;;) {} } }); await app.http.request('http://127.0.0.1:1/').catch(() => 0); await app.send('+1', 'x'); await app.send('+1', 'x')",
  },
  {
    name: 'a cause of an error that loops',
    handler:
      "const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { for (;;) {} } }); throw e",
  },
  {
    name: 'a destructured iterator that does not return',
    handler:
      'const [a] = { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return() { for (;;) {} } }) }; await reply(String(a))',
  },
  {
    name: 'code between two awaits again and again',
    handler: "for (;;) { await app.state.get('x'); for (let i = 0; i < 2e5; i++); }",
  },
  {
    name: 'a regular expression that looks back and explodes',
    handler: "/(?<=(a+)+c)b/.test('a'.repeat(30) + 'b'); /^(?:(a|a)*)*$/.test('a'.repeat(40) + '!')",
  },
  {
    name: 'a replacement function that never stops being called',
    handler: "const f = () => { 'x'.repeat(1e5).replace(/x/g, f); return '' }; f()",
  },
  { name: 'a handler that never settles', handler: 'await new Promise(() => {})' },
  { name: 'a thenable that never settles', handler: 'return { then() {} }' },
  { name: 'an await of a thenable that never settles', handler: 'await { then() {} }' },
  {
    name: 'an async iterator that never gives',
    handler:
      'for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });',
  },
];
