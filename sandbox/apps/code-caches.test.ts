import { beforeEach, expect, test } from 'vitest';
import type { LoadedApp } from './app.ts';
import { CodeCaches } from './code-caches.ts';
import type { RunnerProcess } from '../fleet/runner-process.ts';

let ordered: string[] = [];
let standby: RunnerProcess | null = null;
let caches: CodeCaches;

/** What the caches see of a runner. */
function runner(): RunnerProcess {
  const fake = {
    apps: new Set(),
    gone: false,
    doomed: false,
    send: ([, digest]: string[]) => ordered.push(digest ?? ''),
  };
  return fake as unknown as RunnerProcess;
}

function app(digest: string | null): LoadedApp {
  return { kind: 'sdk', frame: { digest, code: '""' } } as LoadedApp;
}

beforeEach(() => {
  ordered = [];
  standby = runner();
  caches = new CodeCaches(() => standby);
});

function answer(from: RunnerProcess | null, cache: string): void {
  if (from !== null) caches.onCompiled(from, ['compiled', 'large', cache]);
}

test('a small worker has no cache', () => {
  expect(caches.get(app(null))).toBe('');
  expect(ordered).toEqual([]);
});

test('the first load of a large worker orders its cache, later ones have it', () => {
  expect(caches.get(app('large'))).toBe('');
  expect(caches.get(app('large'))).toBe('');
  answer(standby, 'cache');
  expect(caches.get(app('large'))).toBe('cache');
  expect(ordered).toEqual(['large']);
});

test('a cache that nobody asked for is not taken, nor one of a runner that has run apps', () => {
  answer(standby, 'unasked');
  caches.get(app('large'));
  answer(runner(), 'of another');
  standby?.apps.add('tests/app');
  answer(standby, 'of a runner at work');
  expect(caches.get(app('large'))).toBe('');
});

test('without a standby nothing is ordered until there is one', () => {
  const later = standby;
  standby = null;
  expect(caches.get(app('large'))).toBe('');
  standby = later;
  caches.get(app('large'));
  expect(ordered).toEqual(['large']);
});

test('a worker that ends its compilers is not tried for ever', () => {
  for (let n = 0; n < 5; n++) {
    caches.get(app('large'));
    standby = runner();
  }
  expect(ordered).toEqual(['large', 'large']);
});

test('when there is too much, the cache that was used the longest ago goes', () => {
  const half = 'x'.repeat(33 * 1024 * 1024);
  for (const digest of ['one', 'two']) {
    caches.get(app(digest));
    if (standby !== null) caches.onCompiled(standby, ['compiled', digest, half]);
  }
  expect([caches.get(app('two')).length, caches.get(app('one'))]).toEqual([half.length, '']);
});
