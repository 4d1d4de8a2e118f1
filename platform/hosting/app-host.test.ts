import { describe, expect, test } from 'vitest';
import { parseAppHost } from './app-host.ts';

describe('the host of an app', () => {
  test.each([
    { host: 'demo--quiz.apps.localhost', ref: { account: 'demo', app: 'quiz' } },
    { host: 'demo--quiz.apps.localhost:8000', ref: { account: 'demo', app: 'quiz' } },
    { host: 'DEMO--Quiz.APPS.localhost:8000', ref: { account: 'demo', app: 'quiz' } },
    { host: 'demo--quiz.apps.localhost.', ref: { account: 'demo', app: 'quiz' } },
    { host: 'a-b--c_d-1.apps.localhost', ref: { account: 'a-b', app: 'c_d-1' } },
    { host: 'apps.localhost', ref: null },
    { host: 'localhost:8000', ref: null },
    { host: 'demo.apps.localhost', ref: null },
    { host: 'demo--quiz--x.apps.localhost', ref: null },
    { host: 'demo---quiz.apps.localhost', ref: null },
    { host: '--quiz.apps.localhost', ref: null },
    { host: 'x.demo--quiz.apps.localhost', ref: null },
    { host: 'demo--quiz.apps.localhost.evil.example', ref: null },
    { host: 'demo--quizapps.localhost', ref: null },
    { host: '', ref: null },
  ])('"$host" is $ref', ({ host, ref }) => {
    expect(parseAppHost(host, 'apps.localhost')).toEqual(ref);
  });
});
