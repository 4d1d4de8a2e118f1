import type { HostileApp } from './hostile-app.ts';

/** Code of the engine that looks for no interrupt, or seldom: where it cannot be stopped, the process has to go. */
export const natives: readonly HostileApp[] = [
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
  { name: 'filling an array-like of 2^53', handler: 'Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 1)' },
  {
    name: 'a search backwards in an array of 2^53',
    handler: 'Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)',
  },
  {
    name: 'a search by includes in an array of 2^53',
    handler: 'Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)',
  },
  {
    name: 'copying within an array of 2^53',
    handler: 'Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 1, 0)',
  },
  {
    name: 'unshifting an array of 2^53',
    handler: 'Array.prototype.unshift.call({ length: 2 ** 53 - 10 }, 1)',
  },
  {
    name: 'splicing an array of 2^53',
    handler: 'Array.prototype.splice.call({ length: 2 ** 53 - 10 }, 0, 0, 1)',
  },
  { name: 'slicing an array of 2^32', handler: 'Array.prototype.slice.call({ length: 2 ** 32 - 1 })' },
  { name: 'sorting an array of 2^53', handler: 'Array.prototype.sort.call({ length: 2 ** 53 - 1 })' },
  {
    name: 'sorting a copy of an array of 2^32',
    handler: 'Array.prototype.toSorted.call({ length: 2 ** 32 - 1 })',
  },
  {
    name: 'a reversed copy of an array of 2^32',
    handler: 'Array.prototype.toReversed.call({ length: 2 ** 32 - 1 })',
  },
  {
    name: 'a changed copy of an array of 2^32',
    handler: 'Array.prototype.with.call({ length: 2 ** 32 - 1 }, 0, 1)',
  },
  {
    name: 'concatenating an array-like of 2^32',
    handler: '[].concat({ length: 2 ** 32 - 2, [Symbol.isConcatSpreadable]: true })',
  },
  { name: 'flattening an array that holds itself', handler: 'const a = []; a[0] = a; a.flat(Infinity)' },
  { name: 'arguments from an array-like of 2^27', handler: 'Math.max.apply(null, { length: 2 ** 27 })' },
  {
    name: 'characters from an array-like of ten million',
    handler: 'for (;;) try { String.fromCharCode.apply(null, { length: 1e7 }) } catch {}',
  },
  { name: 'a raw template of 2^31 parts', handler: 'String.raw({ raw: { length: 2 ** 31 } }, 1)' },
  {
    name: 'sorting typed arrays without end',
    handler: 'const a = new Uint32Array(5e6).map((_, i) => i * 7919); for (;;) a.sort()',
  },
  { name: 'reading a BigInt of three million digits', handler: "BigInt('9'.repeat(3e6))" },
  { name: 'writing a BigInt of thirty million bits', handler: '(1n << 30_000_000n).toString()' },
  {
    name: 'dividing BigInts of eighty million bits',
    handler: 'const a = (1n << 80_000_000n) - 1n; a % ((1n << 40_000_000n) - 1n)',
  },
  { name: 'multiplying BigInts without end', handler: 'const x = 1n << 10_000_000n; for (;;) x * x' },
  {
    name: 'normalising a letter that is eighteen',
    handler: String.raw`'\ufdfa'.repeat(1e8).normalize('NFKD')`,
  },
  { name: 'splitting a text of 2^28', handler: "'x'.repeat(2 ** 28).split('')" },
  { name: 'replacing in a text of 10^8', handler: "'a'.repeat(1e8).replace(/a/g, 'bb')" },
  { name: 'replacing nothing everywhere', handler: "'a'.repeat(1e8).replaceAll('', 'xxx')" },
  {
    name: 'a replacement that squares a text',
    handler: "'a'.repeat(2 ** 20).replaceAll('a', 'a'.repeat(2 ** 20))",
  },
  {
    name: 'a replacement that repeats its match',
    handler: "for (;;) try { 'a'.repeat(2 ** 16).replace(/a+/, '$&'.repeat(2 ** 16)) } catch {}",
  },
  { name: 'upper case of 10^8 sharp s', handler: String.raw`'\u00df'.repeat(1e8).toLocaleUpperCase('tr')` },
  { name: 'escaping 5 * 10^7 letters', handler: String.raw`escape('\u0800'.repeat(5e7))` },
  { name: 'encoding 5 * 10^7 letters', handler: String.raw`encodeURIComponent('\u0800'.repeat(5e7))` },
  {
    name: 'comparing long texts by locale without end',
    handler: String.raw`const s = '\u00e9'.repeat(1e7); for (;;) s.localeCompare(s + 'a')`,
  },
  {
    name: 'numbers of Intl with a million digits',
    // Again and again: one of them takes less than 300 ms, which a runner with much to do may let pass.
    handler: "for (;;) new Intl.NumberFormat('en', { minimumFractionDigits: 100 }).format(10n ** 1_000_000n)",
  },
  {
    name: 'a list of Intl of a million',
    handler: "new Intl.ListFormat('en').format(Array(1e6).fill('x'.repeat(100)))",
  },
  {
    name: 'segments of a text of ten million',
    handler: String.raw`[...new Intl.Segmenter('th').segment('\u0e01'.repeat(1e7))]`,
  },
  {
    name: 'sorting by a collator without end',
    handler:
      "const c = new Intl.Collator('zh'); for (;;) Array.from({ length: 1e5 }, (_, i) => 'x'.repeat(50) + i).sort(c.compare)",
  },
  {
    name: 'dates of another calendar without end',
    handler: "for (;;) new Date().toLocaleString('ar-u-ca-islamic', { dateStyle: 'full' })",
  },
  {
    name: 'a chain of a million bound functions',
    handler: 'let f = () => 1; for (let i = 0; i < 1e6; i++) f = f.bind(null); f()',
  },
  {
    name: 'a chain of a million prototypes',
    handler: 'let p = {}; for (let i = 0; i < 1e6; i++) p = Object.create(p); p.x',
  },
  {
    name: 'a chain of many proxies',
    handler: 'let p = {}; for (let i = 0; i < 2e6; i++) p = new Proxy(p, {}); p.x',
  },
  { name: 'a BigInt that cannot be', handler: '1n << (2n ** 30n)' },
  { name: 'joining an array that holds nothing 2^32 times', handler: "new Array(2 ** 32 - 1).join('xxxxx')" },
];
