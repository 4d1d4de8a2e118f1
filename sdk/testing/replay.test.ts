import { afterAll, describe, expect, test } from 'vitest';
import { appFolders } from './app-folders.fixture.ts';
import { openWorld } from './index.ts';

const folders = appFolders();
afterAll(() => folders[Symbol.dispose]());

function appOf(definition: string): string {
  return folders.appOf(`import { defineApp } from '@vumi/sdk';\nexport default defineApp(${definition});`);
}

describe('what a conversation is told again is as it was', () => {
  test('time and chance, from one question to the next, after screens that were visited and in those that it went to', async () => {
    const app = appOf(`{
      async onConversation(app) {
        const seen = [];
        const look = () => seen.push([app.now, Date.now(), Math.random()]);
        look();
        await app.ask('One?');
        look();
        const once = await app.once('drawn', async () => Math.random());
        look();
        await app.visit('town');
        look();
        await app.user.set('seen', [...seen, once]);
        await app.ask('Two?');
        return app.goto('end', { seen: JSON.stringify([...seen, once]) });
      },
      screens: {
        async town(app) {
          Math.random();
          await app.ask('Town?');
          return app.value(Math.random());
        },
        async end(app, { seen }) {
          const drawn = [Date.now(), Math.random()];
          await app.user.set('drawn', drawn);
          await app.ask('Three?');
          return JSON.stringify({ seen: JSON.parse(seen), drawn });
        },
      },
    }`);
    await using world = await openWorld(app);
    const phone = world.phone('+27761234567');
    await phone.text('hi');
    for (const answer of ['1', 'Delft', '2', '3']) {
      await phone.wait('1 hour');
      await phone.text(answer);
    }
    const told = JSON.parse(phone.screen?.text ?? '') as { seen: number[][]; drawn: number[] };
    expect(told.seen).toEqual(await world.user(phone).get('seen'));
    expect(told.drawn).toEqual(await world.user(phone).get('drawn'));
    expect(new Set(told.seen.flat()).size).toBe(3 + 4 + 1);
  });

  test('what it has read of the configuration, until the screen is over', async () => {
    const app = appOf(`{
      async onConversation(app) {
        if (app.config.shop === 'open') await app.state.get('stock');
        const name = await app.ask('Name?');
        return app.goto('end', { before: app.config.shop + app.config.news });
      },
      screens: { end: (app, { before }) => before + app.config.shop + Object.keys(app.config).includes('shop') },
    }`);
    await using world = await openWorld(app, { config: { shop: 'open' } });
    const phone = world.phone('+27761234567');
    await phone.text('hi');
    world.config.set('shop', 'closed');
    world.config.set('news', 'none');
    await phone.text('Thandi');
    expect(phone.screen?.text).toBe('opennoneclosedtrue');
  });

  test('values are of JSON from the first: what would be something else is refused where it is made', async () => {
    const app = appOf(`{
      async onConversation(app) {
        const first = await app.once('list', async () => ({ names: ['a'], none: undefined }));
        first.names.push('b');
        await app.ask('One?');
        app.say(JSON.stringify(first));
        await app.ask('When?', { as: () => new Date(0) });
      },
    }`);
    await using world = await openWorld(app);
    const phone = world.phone('+27761234567');
    await phone.type('hi', '1');
    expect(phone.screen?.text).toBe('{"names":["a","b"]}\nWhen?');
    await expect(phone.text('now')).rejects.toThrow(
      /what ask number 2 gave has no form in JSON[^]*workers\/worker\.js:8/,
    );
  });

  test('what it printed is not printed again', async () => {
    const app = appOf(`{
      async onConversation(app) {
        console.log('begins');
        await app.ask('One?', { as: (answer) => (console.log('parses'), answer) });
        console.log('goes on');
        await app.ask('Two?');
      },
    }`);
    await using world = await openWorld(app, { checks: { isolates: false } });
    await world.phone('+27761234567').type('hi', '1', '2');
    expect(world.log.map(({ text }) => text)).toEqual(['begins', 'parses', 'goes on']);
  });
});

test('a conversation is as long as what is open of it: screens that lead to each other go on for ever', async () => {
  const app = appOf(`{
    screens: {
      start: async (app) => app.goto(await app.choose('Go?', { start: 'On', visits: 'Visits' })),
      async visits(app) {
        for (;;) if ((await app.visit('one')) === 'end') return 'over';
      },
      one: async (app) => app.value(await app.choose('Visit?', { on: 'On', end: 'Leave' })),
    },
  }`);
  await using world = await openWorld(app, { checks: { isolates: false } });
  const phone = world.phone('+27761234567');
  await phone.text('hi');
  for (let answer = 0; answer < 210; answer += 1) await phone.text('1');
  expect(phone.at).toEqual({ screen: 'start', question: 'choose number 1' });
  await phone.text('2');
  for (let answer = 0; answer < 210; answer += 1) await phone.text('1');
  expect(phone.at).toEqual({ screen: 'one', question: 'choose number 1' });
});

test('of a conversation that is too long it is told what took the room', async () => {
  const app = appOf(`{
    async onConversation(app) {
      for (;;) {
        await app.http.request('https://api.example.org/clinics');
        await app.ask('More?');
      }
    },
  }`);
  await using world = await openWorld(app, { checks: { journal: false, isolates: false } });
  world.http.on('GET', 'https://api.example.org/clinics', { body: 'x'.repeat(4000) });
  const phone = world.phone('+27761234567');
  await phone.text('hi');
  while (phone.at !== null) await phone.text('yes');
  expect(phone.screen).toMatchObject({
    text: 'Sorry, something went wrong. Please try again later.',
    ends: true,
  });
  expect(world.log.at(-1)).toMatchObject({
    level: 'error',
    text: expect.stringMatching(
      /^the conversation is too long: \d+ characters, \d+ of them what app.http GET api.example.org\/clinics gave; keep less with app.once/,
    ) as string,
    fields: { reason: 'conversation.too_long' },
  });
});
