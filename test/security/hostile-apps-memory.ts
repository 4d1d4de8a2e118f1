import type { HostileApp } from './hostile-app.ts';

/** Memory: in the heap, beside it, and copied over the boundary. */
export const memory: readonly HostileApp[] = [
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
  {
    name: 'texts of half a gigabyte',
    handler:
      "const all = []; for (let i = 0; ; i++) { const s = 'ab'.repeat(2 ** 27) + i; all.push(s.charCodeAt(5), s) }",
  },
  {
    name: 'a buffer that grows in place',
    handler:
      'const b = new ArrayBuffer(1, { maxByteLength: 2 ** 31 }); b.resize(2 ** 31); new Uint8Array(b).fill(1)',
  },
  {
    name: 'buffers that are handed on',
    handler: 'let b = new ArrayBuffer(1e7); const all = [b]; for (;;) all.push((b = b.transfer(1e7)))',
  },
  {
    name: 'typed arrays without end',
    handler: 'const all = []; for (;;) all.push(new Float64Array(1e6).fill(1))',
  },
  {
    name: 'names in the table of symbols',
    handler: "for (let i = 0; ; i++) Symbol.for('x'.repeat(100) + i)",
  },
  {
    name: 'a growing weak map',
    handler:
      'const m = new WeakMap(), keys = []; for (;;) { const o = {}; keys.push(o); m.set(o, { a: 1 }) }',
  },
  { name: 'properties without end', handler: "const o = {}; for (let i = 0; ; i++) o['k' + i] = i" },
  { name: 'elements far apart', handler: 'const a = []; for (let i = 0; ; i++) a[i * 1e4] = i' },
  {
    name: 'errors with long stacks',
    handler:
      "const all = []; Error.stackTraceLimit = 1e9; const f = (n) => (n ? f(n - 1) : new Error('x')); for (;;) all.push(f(1000))",
  },
  {
    name: 'generators that are never finished',
    handler:
      'const all = []; function* g() { const x = new Array(100); yield x } for (;;) { const i = g(); i.next(); all.push(i) }',
  },
  {
    name: 'async functions that are never finished',
    handler: 'const all = []; const f = async () => { await new Promise(() => {}) }; for (;;) all.push(f())',
  },
  { name: 'a text made of its own pieces', handler: "let s = 'x'; for (;;) s = s + s.slice(1) + 'y'" },
  {
    name: 'objects on the prototype of all',
    handler: "for (let i = 0; ; i++) Object.prototype['k' + i] = { i }",
  },
  {
    name: 'a set that is united with itself',
    handler:
      'let s = new Set(); for (;;) s = s.union(new Set(Array.from({ length: 1000 }, () => Math.random())))',
  },
  {
    name: 'a text kept from message to message',
    handler:
      "(globalThis.kept ??= []).push('x'.repeat(1e6).split('')); for (;;) kept.push('x'.repeat(1e6).split(''))",
  },
];
