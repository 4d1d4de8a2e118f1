import type { HostileApp } from './hostile-app.ts';

/** Sources, expressions and texts that are hard to read. */
export const compile: readonly HostileApp[] = [
  { name: 'brackets without end', handler: "for (;;) try { new Function('('.repeat(1e6)) } catch {}" },
  {
    name: 'arrays in arrays in source',
    handler: "for (;;) try { new Function('return ' + '['.repeat(1e5) + ']'.repeat(1e5)) } catch {}",
  },
  {
    name: 'arrows in arrows in source',
    handler: "for (;;) try { new Function('x => '.repeat(2e5) + '1') } catch {}",
  },
  {
    name: 'conditions in conditions in source',
    handler: "for (;;) try { new Function('a ? b : '.repeat(1e6) + '1') } catch {}",
  },
  {
    name: 'templates in templates in source',
    handler: "for (;;) try { new Function('`${'.repeat(1e5) + '1' + '}`'.repeat(1e5)) } catch {}",
  },
  {
    name: 'a class of 300,000 fields',
    handler:
      "new Function('class A {' + Array.from({ length: 3e5 }, (_, i) => 'x' + i + ' = 1;').join('') + '}; new A()')()",
  },
  {
    name: 'a source of 30 MB',
    handler: "for (let i = 0; ; i++) try { (0, eval)('//' + i + 'x'.repeat(3e7)) } catch {}",
  },
  {
    name: 'groups in groups of a regular expression',
    handler: "for (;;) try { new RegExp('(?:'.repeat(1e5) + 'a' + ')'.repeat(1e5)) } catch {}",
  },
  {
    name: 'counts of counts of a regular expression',
    handler:
      "for (let i = 0; ; i++) try { new RegExp('(?:(?:a{1,1000}){1,1000}){1,1000}' + i).test('a'.repeat(1000)) } catch {}",
  },
  {
    name: 'regular expressions without end',
    handler:
      "const all = []; for (let i = 0; ; i++) { const r = new RegExp('(?:x' + i + 'a{1,500}){1,300}'); r.test('b'); all.push(r) }",
  },
  {
    name: 'sets of letters without end',
    handler: String.raw`for (let i = 0; ; i++) new RegExp('[\\p{L}--[\\p{Lu}' + i + ']]', 'v').test('x')`,
  },
  { name: 'a cast of JSON of 40 MB', handler: `JSON.parse('[' + '{"a":1},'.repeat(5e6) + '1]')` },
  {
    name: 'JSON of a Proxy of 2^32',
    handler:
      "JSON.stringify(new Proxy([], { get: (t, k) => (k === 'length' ? 2 ** 32 - 1 : k === 'toJSON' ? undefined : 1) }))",
  },
  {
    name: 'JSON with a wide indent and much depth',
    handler:
      "let o = {}, c = o; for (let i = 0; i < 3000; i++) { c.a = {}; c = c.a } for (;;) try { JSON.stringify(o, null, ' '.repeat(10)) } catch {}",
  },
  { name: 'JSON of a key of 2^28', handler: "JSON.stringify({ ['x'.repeat(2 ** 28)]: 1 })" },
];
