import * as node from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createCrypto } from './index.ts';

type Digest = {
  update(data: unknown, encoding?: unknown): Digest;
  digest(encoding?: unknown): Buffer | string;
};
interface Made {
  createHash(name: unknown): Digest & { copy(): Digest };
  createHmac(name: unknown, key: unknown): Digest;
  getHashes(): string[];
  hash(name: string, data: unknown, encoding?: string): unknown;
  randomBytes(size: number, callback?: (error: null, bytes: Buffer) => void): Buffer;
  randomInt(...args: unknown[]): number;
  randomUUID(): string;
  timingSafeEqual(one: unknown, other: unknown): boolean;
  createCipheriv(): void;
}

const reports: string[] = [];
const ours = createCrypto({
  randomBytes: (size) => Uint8Array.from({ length: size }, (_, index) => (index * 37 + 200) & 255),
  report: (text) => reports.push(text),
}) as unknown as Made;
const theirs = node as unknown as Made;

const TEXTS = ['', 'a', 'Grüße, 世界 👋', '\ud800', 'x'.repeat(63), 'y'.repeat(64), 'z'.repeat(1000)];
const KEYS: unknown[] = [
  '',
  'k',
  'schlüssel',
  'k'.repeat(65),
  'k'.repeat(200),
  new Uint8Array([0, 255, 1]),
  new ArrayBuffer(3),
];
const ENCODINGS = [
  undefined,
  'hex',
  'base64',
  'base64url',
  'latin1',
  'binary',
  'utf8',
  'ascii',
  'ucs2',
  'HEX',
  'buffer',
  null,
];

describe('a digest is that of Node', () => {
  test.each(ours.getHashes())('%s of texts, in every encoding', (name) => {
    for (const text of TEXTS)
      for (const encoding of ENCODINGS)
        expect(ours.createHash(name).update(text).digest(encoding)).toEqual(
          theirs.createHash(name).update(text).digest(encoding),
        );
  });

  test.each(ours.getHashes())('%s with keys of all lengths', (name) => {
    for (const key of KEYS)
      for (const text of TEXTS)
        expect(ours.createHmac(name, key).update(text).digest('hex')).toBe(
          theirs.createHmac(name, key).update(text).digest('hex'),
        );
  });

  test.each([
    'MD5',
    'SHA1',
    'sha-1',
    'SHA-256',
    'SHA2-256',
    'RSA-SHA256',
    'rmd160',
    'sha512-256',
    'SHA3-256',
  ])('by its name %s', (name) => {
    expect(ours.createHash(name).update('a').digest('hex')).toBe(
      theirs.createHash(name).update('a').digest('hex'),
    );
  });

  test('of texts that stand for octets, part by part', () => {
    const parts: [unknown, string?][] = [
      ['00ff', 'hex'],
      ['aGk=', 'base64'],
      ['-_8', 'base64url'],
      ['é', 'latin1'],
      ['é', 'binary'],
      ['é', 'utf8'],
      ['é', 'ucs2'],
      ['é', 'what'],
      [Buffer.from('b')],
      [new Uint16Array([1, 2])],
      [new DataView(new ArrayBuffer(4), 1, 2)],
    ];
    const [one, other] = [ours, theirs].map((crypto) => {
      const hash = crypto.createHash('sha1');
      for (const [data, encoding] of parts) hash.update(data, encoding);
      return hash.digest('hex');
    });
    expect(one).toBe(other);
  });

  test('of a copy, which goes its own way', () => {
    const hash = ours.createHash('sha256').update('a') as ReturnType<Made['createHash']>;
    const copy = hash.copy();
    const hex = (text: string) => node.createHash('sha256').update(text).digest('hex');
    expect([hash.update('b').digest('hex'), copy.update('c').digest('hex')]).toEqual([hex('ab'), hex('ac')]);
    expect(ours.hash('md5', 'a')).toBe(node.createHash('md5').update('a').digest('hex'));
  });
});

describe('a slip is told as Node tells it', () => {
  test.each<[string, (crypto: Made) => unknown]>([
    ['a digest that nobody has', (crypto) => crypto.createHash('md99')],
    ['no name of a digest', (crypto) => crypto.createHash(undefined)],
    ['a number', (crypto) => crypto.createHash('md5').update(3)],
    ['nothing', (crypto) => crypto.createHash('md5').update(undefined)],
    ['a bare memory', (crypto) => crypto.createHash('md5').update(new ArrayBuffer(1))],
    ['half an octet', (crypto) => crypto.createHash('md5').update('abc', 'hex')],
    ['no key', (crypto) => crypto.createHmac('md5', undefined)],
    ['two lengths', (crypto) => crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('ab'))],
    ['a text compared', (crypto) => crypto.timingSafeEqual('a', 'a')],
    ['a limit below zero', (crypto) => crypto.randomInt(-1)],
  ])('%s', (_label, slip) => {
    expect(() => slip(theirs)).toThrow();
    expect(() => slip(ours)).toThrow();
  });

  test('a digest that is asked for twice', () => {
    for (const crypto of [ours, theirs]) {
      const hash = crypto.createHash('md5');
      hash.digest();
      expect(() => hash.digest()).toThrow('Digest already called');
      expect(() => hash.update('a')).toThrow('Digest already called');
      const hmac = crypto.createHmac('md5', 'k');
      hmac.digest();
      expect(hmac.digest('hex')).toBe('');
      expect(() => hmac.update('a')).toThrow('Digest already called');
    }
  });
});

test('what is missing is named to the app and to its author', () => {
  expect(() => ours.createHash('md99')).toThrow(/"md99". There are md5, ripemd160, sha1/);
  reports.length = 0;
  expect(() => ours.createCipheriv()).toThrow(/^crypto\.createCipheriv is not there/);
  expect(reports).toEqual([expect.stringMatching(/^crypto\.createCipheriv is not there/)]);
});

test("nothing of Node's crypto that can be called is simply undefined", () => {
  const ofNode = Object.keys(node).filter((name) => typeof theirs[name as keyof Made] === 'function');
  expect(ofNode.filter((name) => name !== 'default' && !(name in ours))).toEqual([]);
});

test('chance is drawn from what the guest gives', async () => {
  expect(ours.randomBytes(3)).toEqual(Buffer.from([200, 237, 18]));
  expect(ours.randomUUID()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(ours.randomInt(10)).toBeLessThan(10);
  expect(ours.randomInt(5, 7)).toBeGreaterThanOrEqual(5);
  const later = await new Promise((resolve) => ours.randomBytes(2, (_error, bytes) => resolve(bytes)));
  expect(later).toEqual(Buffer.from([200, 237]));
  expect(ours.timingSafeEqual(Buffer.from('ab'), Buffer.from('ab'))).toBe(true);
  expect(ours.timingSafeEqual(Buffer.from('ab'), Buffer.from('ac'))).toBe(false);
});
