import type { AppRef } from '@vumi/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileApp } from '../bundle/compile-app.ts';
import { newestTalks, openTalksOf } from '../open-talks.ts';
import { SandboxPlace } from '../testing/index.ts';
import { proveTalks, type TalksProof } from './prove-talks.ts';

let place: SandboxPlace;
beforeAll(async () => {
  place = await SandboxPlace.start();
});
afterAll(() => place[Symbol.asyncDispose]());

const SURVEY = `export default {
  screens: {
    async start(app) {
      const name = await app.ask('Your name?', { id: 'name' });
      await app.state.increment('names');
      return app.goto('rest', { name });
    },
    async rest(app, { name }) {
      await app.user.set('name', name);
      await app.ask('Your age?', { id: 'age' });
      await app.ask('Your town?', { id: 'town' });
      return 'Thank you';
    },
  },
};`;

async function openIn(app: string): Promise<AppRef> {
  const ref = await place.install(app, SURVEY);
  for (const [user, texts] of Object.entries({
    '+27761000001': ['hi'],
    '+27761000002': ['hi', 'Thandi'],
    '+27761000003': ['hi', 'Sipho', '24'],
    'x/%y': ['hi', 'Zola', '31'],
  }))
    for (const content of texts) await place.ask(ref, place.message({ from_addr: user, content }));
  return ref;
}

async function prove(ref: AppRef, source: string, mostCpuUs?: number): Promise<TalksProof> {
  const { worker } = await compileApp('workers/worker.js', new Map([['workers/worker.js', source]]));
  const found = await newestTalks(place.state, ref, { except: 2, limit: 2000 });
  const settings = { config: {}, secrets: {} };
  const subject = { ref, version: 2, code: { ...worker, manifest: {} }, settings };
  return proveTalks(subject, found, mostCpuUs);
}

test('open conversations are tried with another version, and nothing of it takes effect', async () => {
  const ref = await openIn('proof');
  const before = new Map(place.state.values);
  const sent = place.sent.length;
  const reworded = SURVEY.replaceAll('Your', 'What is your');
  expect(await prove(ref, reworded)).toEqual({ open: 4, fit: 4, misfits: [], unproven: 0 });
  expect(
    await prove(ref, SURVEY.replace(/await app.ask.'Your age.*;/, "await app.ask('Id?', { id: 'id' });")),
  ).toEqual({
    open: 4,
    fit: 1,
    misfits: [
      {
        screen: 'rest',
        question: 'ask "town"',
        count: 2,
        reason: 'step 2 was ask "age" and is now ask "id"',
      },
      { screen: 'rest', question: 'ask "age"', count: 1, reason: 'step 2 was ask "age" and is now ask "id"' },
    ],
    unproven: 0,
  });
  expect(await prove(ref, SURVEY.replaceAll('rest', 'more'))).toMatchObject({
    fit: 1,
    misfits: [
      { count: 2, reason: 'step 1 was a screen of the app and is now none' },
      { count: 1, question: 'ask "age"' },
    ],
  });
  expect(new Map(place.state.values)).toEqual(before);
  expect(place.sent).toHaveLength(sent);
});

test('a version without conversations has none that fit', async () => {
  const ref = await openIn('plain');
  const plain = 'export default { onMessage: (message) => message.reply("hi") };';
  expect(await prove(ref, plain)).toMatchObject({
    fit: 0,
    misfits: [{ count: 2, reason: 'this version has no conversations' }, { count: 1 }, { count: 1 }],
  });
});

test('what would take too long is not tried', async () => {
  const ref = await openIn('slow');
  expect(await prove(ref, SURVEY, 1)).toEqual({ open: 4, fit: 1, misfits: [], unproven: 3 });
});

test('open conversations are listed by user, and ended with their pins', async () => {
  const ref = await openIn('listed');
  const talks = openTalksOf(place.state);
  const first = await talks.list(ref, { limit: 3 });
  expect(
    first.items.map(({ user, screen, question, answered }) => [user, screen, question, answered]),
  ).toEqual([
    ['+27761000001', 'start', 'ask "name"', 0],
    ['+27761000002', 'rest', 'ask "age"', 1],
    ['+27761000003', 'rest', 'ask "town"', 2],
  ]);
  const next = await talks.list(ref, { limit: 3, after: first.next ?? '' });
  expect(next).toMatchObject({ items: [{ user: 'x/%y', to: '12345', version: 1 }], next: null });
  expect(await talks.list(ref, { limit: 3, version: 2 })).toMatchObject({ items: [] });
  expect(await talks.end(ref, 2)).toBe(0);
  expect(await talks.end(ref, undefined)).toBe(4);
  expect(await talks.list(ref, { limit: 3 })).toEqual({ items: [], next: null });
  const from_addr = '+27761000003';
  expect(await place.ask(ref, place.message({ from_addr, content: 'hi' }))).toEqual(['Your name?']);
});

test('a conversation that has ended is open no more', async () => {
  const ref = await openIn('ended');
  for (const content of ['31', 'Paarl'])
    await place.ask(ref, place.message({ from_addr: '+27761000002', content }));
  const { items } = await openTalksOf(place.state).list(ref, { limit: 10 });
  expect(items.map(({ user }) => user)).not.toContain('+27761000002');
});
