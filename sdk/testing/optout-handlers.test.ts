import { afterAll, describe, expect, test } from 'vitest';
import { appFolders } from './app-folders.fixture.ts';
import { openWorld, type World } from './index.ts';

const folders = appFolders();
const { appOf } = folders;
afterAll(() => folders[Symbol.dispose]());

const TOLD = `
  async onOptOut(app, { address, type, at, message_id }) {
    await app.schedule.cancel('news', { user: address });
    await app.user.set('left', { address, type, since: at === app.now, said: message_id !== null });
    const gone = (await app.state.get('gone')) ?? [];
    await app.state.set('gone', [...gone, address]);
    await app.metrics.sum('left', 1);
  },
  async onOptIn(app, { address }) {
    await app.user.delete('left');
    await app.state.set('gone', (await app.state.get('gone')).filter((one) => one !== address));
    await app.send(address, 'Welcome back.');
  },`;

const NEWS = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    if (message.content === 'leave') await app.optouts.optOut(message.from_addr);
    await app.schedule.repeat('news', { every: 86400, user: message.from_addr });
    await message.reply('ok');
  },
  async onSchedule(timer, app) { await app.send(timer.user, 'News.'); },
  ${TOLD}
});`;

const TALK = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    await app.schedule.repeat('news', { every: 86400, user: app.address });
    const name = await app.ask('Your name?', { remind: ['1 day'], within: '2 days', otherwise: 'x' });
    return 'Hello, ' + name;
  },
  async onSchedule(timer, app) { await app.send(timer.user, 'News.'); },
  ${TOLD}
});`;

const kinds = (world: World): string[] => world.runs.map(({ kind }) => kind);
const PHONE = '+27761234567';

describe('an app that wants to know', () => {
  test.each([
    ['with onMessage', NEWS, 'hi', 'STOP'],
    ['with onMessage, of its own opt-out', NEWS, 'hi', 'leave'],
    ['with a conversation', TALK, 'hi', 'STOP'],
    ['with a conversation, by a word that only ends those', TALK, 'hi', 'quit'],
  ])('is told once of who leaves, and of who comes back: %s', async (_name, worker, begin, stop) => {
    await using world = await openWorld(appOf(worker));
    const thandi = world.phone(PHONE);
    await thandi.type(begin, stop);
    expect(kinds(world)).toEqual(['message', 'message', 'optout']);
    expect(await world.user(thandi).get('left')).toEqual({
      address: PHONE,
      type: 'msisdn',
      since: true,
      said: true,
    });
    expect(world.schedules).toEqual([]);
    await world.twice();
    await thandi.text(stop);
    expect(kinds(world).filter((kind) => kind === 'optout')).toHaveLength(1);
    expect(world.metrics.sum('left')).toBe(1);
    await thandi.text('START');
    expect(kinds(world).at(-1)).toBe('optin');
    expect(await world.state.get('gone')).toEqual([]);
    expect(thandi.inbox.at(-1)?.text).toBe('Welcome back.');
    await world.twice();
    expect(kinds(world).filter((kind) => kind === 'optin')).toHaveLength(1);
  });

  test('is told where the text of vumi.json answers in its place', async () => {
    const manifest = { 'vumi.json': JSON.stringify({ name: 'news', stop: 'Goodbye.' }) };
    await using world = await openWorld(appOf(NEWS, manifest));
    expect((await world.phone(PHONE).text('STOP'))?.text).toBe('Goodbye.');
    expect(kinds(world)).toEqual(['optout']);
  });

  test('has its handler run again when its process dies, with one effect', async () => {
    const killing = NEWS.replace(
      "const gone = (await app.state.get('gone')) ?? [];",
      "const gone = (await app.state.get('gone')) ?? []; await app.state.get('other');",
    );
    await using world = await openWorld(appOf(killing));
    const thandi = world.phone(PHONE);
    world.kill();
    await thandi.text('STOP');
    expect(await world.state.get('gone')).toEqual([PHONE]);
    expect(world.metrics.sum('left')).toBe(1);
  });

  test('may not write to who has left, in whatever spelling', async () => {
    const worker = (to: string) => `
export default {
  async onMessage(message) { await message.reply('ok'); },
  async onOptOut(app, { address }) { await app.send(${to}, 'Why?'); },
};`;
    for (const to of ['address', 'address.slice(1)']) {
      await using world = await openWorld(appOf(worker(to)));
      await expect(world.phone(PHONE).text('STOP')).rejects.toThrow(
        /an opt-out failed .*has opted out just now/s,
      );
      expect(world.sends.map(({ text }) => text)).toEqual(['ok']);
      expect(world.runs.at(-1)).toMatchObject({ kind: 'optout', outcome: 'threw' });
      expect(world.log.at(-1)?.text).toContain('stands all the same');
    }
    await using world = await openWorld(appOf(worker("'+27820000000'")));
    await world.phone(PHONE).text('STOP');
    expect(world.sends.map(({ to }) => to)).toEqual([PHONE, '+27820000000']);
  });

  test('speaks of him in his language, and ends what he is in with other numbers', async () => {
    const worker = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    app.setLanguage('zu');
    return 'Hello, ' + (await app.ask('Your name?'));
  },
  async onOptOut(app, { address }) {
    app.log.info(app.language, { open: (await app.talks.of(address))?.question ?? null });
    await app.talks.end(address);
  },
});`;
    await using world = await openWorld(appOf(worker, { 'vumi.json': '{"languages": ["en", "zu"]}' }));
    const thandi = world.phone(PHONE);
    await thandi.text('hi');
    await thandi.text('STOP');
    expect(world.log.at(-1)).toMatchObject({ text: 'zu', fields: { open: null } });
  });

  test('is not told for ever of what its own handlers change', async () => {
    const worker = `
export default {
  async onMessage(message) { await message.reply('ok'); },
  async onOptOut(app, { address }) { await app.optouts.cancel(address); },
  async onOptIn(app, { address }) { await app.optouts.optOut(address); },
};`;
    await using world = await openWorld(appOf(worker), { checks: { failures: false } });
    await world.phone(PHONE).text('STOP');
    expect(world.runs.at(-1)).toMatchObject({ outcome: 'pace' });
    expect(kinds(world).length).toBeLessThan(60);
    expect(world.log.at(-1)?.text).toContain('onOptOut or onOptIn changes who has opted out');
  });

  test('cannot forge what it is told', async () => {
    const worker = `
export default {
  async onMessage(message, app) { await app.schedule.once('vumi:optout:1', { in: 0, user: message.from_addr }); },
  async onOptOut() {},
};`;
    await using world = await openWorld(appOf(worker));
    await expect(world.phone(PHONE).text('hi')).rejects.toThrow(/the platform's own/);
  });
});

describe('the explorer', () => {
  test('opts out and in again, and finds what is wrong with the handlers', async () => {
    const worker = TALK.replace("'Welcome back.'", 'await app.nothing()');
    await using world = await openWorld(appOf(worker));
    await expect(world.explore({ turns: 200 })).rejects.toThrow(/an opt-in failed.*await phone.*START/s);
  });

  test('counts them among what it has reached, but on USSD', async () => {
    await using world = await openWorld(appOf(TALK));
    const { questions } = await world.explore({ turns: 200 });
    expect(questions.missed).toEqual([]);
    expect(questions.reached.map(({ verb }) => verb).sort()).toEqual(['ask', 'onOptIn', 'onOptOut']);
    await using dialled = await openWorld(appOf(TALK.replace("remind: ['1 day'], ", '')), {
      transport: 'ussd',
    });
    const { questions: there } = await dialled.explore({ turns: 100 });
    expect([...there.reached, ...there.missed].map(({ verb }) => verb)).toEqual(['ask']);
  });
});
