import type { AppRef } from '@vumi/core';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawApp } from '../classic/raw-app.ts';
import { classicAttacks, type ClassicAttack } from './classic-hostile-apps.ts';

const APOLOGY = 'Sorry, something went wrong. Please try again later.';
/** So many at a time: each may take a thread, and some a process. */
const AT_ONCE = 4;

let place: SandboxPlace;
let innocent: AppRef;

beforeAll(async () => {
  place = await SandboxPlace.start({ limits: { wall_ms: 3000, session_wall_ms: 3000 } });
  const source = rawApp(
    "api.request('kv.incr', {key: 'innocent'}, function() { reply('at your service'); });",
  );
  innocent = await place.installClassic('innocent', source);
  expect(await place.ask(innocent)).toEqual(['at your service']);
});

afterAll(() => place[Symbol.asyncDispose]());

async function attack({ name, body, script }: ClassicAttack): Promise<string[]> {
  const app = name.replaceAll(/\W+/g, '-').slice(0, 40);
  const ref = await place.installClassic(app, script ?? rawApp(body ?? ''));
  const first = await place.ask(ref);
  expect(await place.ask(innocent)).toEqual(['at your service']);
  return [...first, ...(await place.ask(ref))];
}

describe.each(Object.entries(classicAttacks))('%s', (_kind, attacks) => {
  for (let index = 0; index < attacks.length; index += AT_ONCE) {
    describe(`from ${index}`, () => {
      test.concurrent.each(attacks.slice(index, index + AT_ONCE))('$name', async (given) => {
        const answers = await attack(given);
        const expected = given.answers ?? APOLOGY;
        for (const answer of answers) {
          if (given.answers === undefined || answer !== APOLOGY) expect(answer).toBe(expected);
        }
        expect(answers).not.toEqual([]);
      });
    });
  }
});

test('nothing was sent or written for anybody else', () => {
  expect(
    place.sent.filter(({ helper_metadata }) => JSON.stringify(helper_metadata).includes('victim')),
  ).toEqual([]);
  const own = /^(kv\/tests\/|session-version\/\["tests",)/;
  const keys = [...place.state.values.keys()].filter((key) => !own.test(key));
  expect(keys).toEqual([]);
});

test('the innocent app is served, and no turn is left', async () => {
  expect(await place.ask(innocent)).toEqual(['at your service']);
  expect(place.sandbox.status().turns).toBe(0);
});
