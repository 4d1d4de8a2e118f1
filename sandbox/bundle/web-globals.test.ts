import { readFileSync } from 'node:fs';
import { Script, type Context } from 'node:vm';
import { expect, test } from 'vitest';
import { compileApp } from './compile-app.ts';
import { WEB_GLOBALS } from './web-globals.ts';

const ENTRY = 'workers/worker.js';

async function compiled(code: string): Promise<string> {
  const { worker } = await compileApp(ENTRY, new Map([[ENTRY, code]]));
  return worker.code;
}

/** In a realm that has nothing but ECMAScript, as the guest's. */
async function valueOf(expression: string, realm: Context = {}): Promise<unknown> {
  const exported = new Script(await compiled(`export default ${expression}`)).runInNewContext(realm) as {
    default: unknown;
  };
  return exported.default;
}

/** What Node's own makes of it. */
const ours = (expression: string): unknown => new Script(`(${expression})`).runInThisContext();

test.each([
  'new URL("https://user:pw@example.org:8443/a/../b?x=1&y=%20#top").href',
  'new URL("../clinics?near=Mbabane é", "http://MÜNCHEN.example:80/a/b").href',
  'Array.from(new URL("http://e.org/?a=1&a=2&b=+").searchParams)',
  'new URLSearchParams({ q: "1 & 2", name: "Zoë" }).toString()',
  'JSON.stringify({ link: new URL("http://e.org") })',
  '(() => { const u = new URL("http://e.org"); u.searchParams.append("k", "ж"); u.hash = "x"; return String(u); })()',
  'btoa("\\u00ff\\u0000 any octets?")',
  'btoa("") + btoa("a") + btoa("ab") + btoa("abc")',
  'atob(" aGk/ ") + atob("YQ==") + atob("YQ") + atob("")',
  'new TextDecoder().encoding + new TextEncoder().encoding',
])('%s is what browsers say', async (expression) => {
  expect(await valueOf(expression)).toEqual(ours(expression));
});

test.each(['new URL("nowhere")', 'atob("a")', 'atob("a=b=")', 'btoa("€")', 'new TextDecoder("koi8-r")'])(
  '%s throws',
  async (expression) => {
    await expect(valueOf(expression)).rejects.toThrow(/./);
  },
);

test('text becomes the octets of UTF-8 and back, whatever it is', async () => {
  const both =
    '[(text) => [...new TextEncoder().encode(text)], (octets) => new TextDecoder().decode(Uint8Array.from(octets))]';
  const [encode, decode] = (await valueOf(both)) as [
    (text: string) => number[],
    (octets: number[]) => string,
  ];
  for (const text of ['', 'Ya\u0000', 'é߿ࠀ€\uffff', '😀\u{10ffff}', 'lone \ud800 surrogate \udc00']) {
    expect(encode(text)).toEqual([...Buffer.from(text)]);
  }
  for (let round = 0; round < 2000; round++) {
    const octets = Array.from(
      { length: 6 },
      (_, index) => (round * 7919 + index * index * 104_729 + round ** 2) & 0xff,
    );
    const high = octets.map((octet) => octet | 0x80);
    expect(decode(octets)).toBe(new TextDecoder().decode(Uint8Array.from(octets)));
    expect(decode(high)).toBe(new TextDecoder().decode(Uint8Array.from(high)));
  }
  expect(decode([0xef, 0xbb, 0xbf, 0x61])).toBe('a');
  await expect(
    valueOf('new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.of(0xff))'),
  ).rejects.toThrow('the octets are no UTF-8');
});

test('a clone is deep, keeps circles, dates, maps and octets, and refuses functions', async () => {
  const value = `(() => {
    const old = { when: new Date(5), in: new Map([['k', new Set([1])]]), octets: Uint8Array.of(1, 2) };
    old.self = old;
    const copy = structuredClone(old);
    return [copy !== old, copy.self === copy, copy.when.getTime(), copy.in.get('k').has(1), copy.octets[1]];
  })()`;
  expect(await valueOf(value)).toEqual([true, true, 5, true, 2]);
  await expect(valueOf('structuredClone({ f() {} })')).rejects.toThrow(/serialize function/);
});

test('chance is that of Math.random, so that a rerun draws the same', async () => {
  const chance = () => ({ Math: Object.assign(Object.create(Math) as Math, { random: () => 0.5 }) });
  expect(await valueOf('crypto.randomUUID()', chance())).toBe('80808080-8080-4080-8080-808080808080');
  expect(
    await valueOf('Array.from(globalThis.crypto.getRandomValues(new Uint16Array(2)))', chance()),
  ).toEqual([0x8080, 0x8080]);
  await expect(valueOf('crypto.getRandomValues(new Uint8Array(65537))')).rejects.toThrow(
    /65536 octets at most/,
  );
});

test('an app carries only what it speaks of, and its own names come first', async () => {
  const plain = await compiled('export default { answer: 42 }');
  const coded = await compiled('export default btoa("a")');
  expect(plain).not.toContain('getRandomValues');
  expect(coded).not.toContain('searchParams');
  expect(await valueOf('((URL) => URL)("mine")')).toBe('mine');
  expect(await valueOf('typeof btoa + typeof fetch')).toBe('functionundefined');
});

const DECLARED = readFileSync(new URL('../../sdk/globals.d.ts', import.meta.url), 'utf8');

test('what is declared for authors is what their code has', async () => {
  const names = Array.from(DECLARED.matchAll(/^declare (?:var|function) (\w+)/gm), ([, name = '']) => name);
  // The console is of the realm (sandbox/guest/realm.ts).
  expect(names.sort()).toEqual(['console', ...WEB_GLOBALS].sort());
  const members = '(thing) => Object.getOwnPropertyNames(thing)';
  for (const [name, made] of [
    ['URL', 'new URL("http://e.org")'],
    ['URLSearchParams', 'new URLSearchParams()'],
    ['TextEncoder', 'new TextEncoder()'],
    ['TextDecoder', 'new TextDecoder()'],
  ] as const) {
    const [, body = ''] = new RegExp(`^interface ${name} \\{\n([^]*?)^\\}`, 'm').exec(DECLARED) ?? [];
    const declared = Array.from(
      body.matchAll(/^ {2}(?:readonly )?(\w+)[(?:]/gm),
      ([, member = '']) => member,
    );
    const had = (await valueOf(`(${members})(${made}).concat((${members})(${name}.prototype))`)) as string[];
    expect(declared.filter((member) => !had.includes(member))).toEqual([]);
    expect(declared.length).toBeGreaterThan(1);
  }
  expect(await valueOf('typeof URL.canParse + typeof URL.parse')).toBe('functionfunction');
});
