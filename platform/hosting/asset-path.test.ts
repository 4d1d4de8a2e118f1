import { describe, expect, test } from 'vitest';
import { parseAssetPath } from './asset-path.ts';

describe('what a request asks for', () => {
  test.each([
    { target: '/', path: 'index.html' },
    { target: '/?a=/../b', path: 'index.html' },
    { target: '/index.html', path: 'index.html' },
    { target: '/assets/app.js?v=1', path: 'assets/app.js' },
    { target: '/assets/%61pp.js', path: 'assets/app.js' },
    { target: '/photo', path: 'assets/photo.html' },
    { target: '/photo?size=2', path: 'assets/photo.html' },
  ])('$target is the file $path', ({ target, path }) => {
    expect(parseAssetPath(target)).toEqual({ kind: 'path', path });
  });

  test.each([
    '/..%2fvumi.json',
    '/assets%2Fapp.js',
    '/assets%5capp.js',
    '/assets\\app.js',
    '/index.html%00.png',
    '/%zz',
    '/%c0%ae%c0%ae/',
    'http://demo--quiz.apps.localhost/index.html',
    '*',
    '',
  ])('%s is refused', (target) => {
    expect(parseAssetPath(target).kind).toBe('refused');
  });

  test.each([
    '/../index.html',
    '/./index.html',
    '/assets/../index.html',
    '/%2e%2e/index.html',
    '/%252e%252e/index.html',
    '/assets/%252fapp.js',
    '//index.html',
    '/assets//app.js',
    '/assets/',
    '/vumi.json',
    '/VUMI.json',
    '/workers',
    '/workers/worker.js',
    '/Workers/worker.js',
    '/%77orkers/worker.js',
    '/workers/worker.js.map',
    '/assets/app.js.map',
    '/assets/app.js.MAP',
    '/.env',
    '/assets/.git/config',
    '/assets/a b',
    '/assets/a%20b',
    '/assets/\u00fc',
    '/etc/passwd/..',
  ])('%s is nothing that is served', (target) => {
    expect(parseAssetPath(target).kind).toBe('missing');
  });
});
