import { createHash } from 'node:crypto';
import { scheduleOf, type AppRef, type UserMessage } from '@vumi/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FIRST_TRY, SandboxPlace } from '../testing/index.ts';
import { openPageLinks, type PageLinks } from './open-page-links.ts';
import { PAGES_AT } from './page-link.ts';

const USER = '+27761000001';
const MINUTE_MS = 60_000;

let place: SandboxPlace;
let links: PageLinks;
let published: UserMessage[] = [];
let apps = 0;
/** Ahead of the clock on the wall, by which the state forgets. */
let ahead = 0;

beforeAll(async () => {
  place = await SandboxPlace.start();
  await place.state.set(PAGES_AT, 'https://{app}.apps.example.org/');
  links = openPageLinks({
    state: place.state,
    records: place.records,
    clock: () => Date.now() + ahead,
    publish: async (ref, message) => {
      published.push(message);
      await place.sandbox.handleInbound(ref, message, FIRST_TRY);
    },
  });
});
afterAll(() => place[Symbol.asyncDispose]());
beforeEach(() => {
  published = [];
  ahead = 0;
});

const say = (ref: AppRef, content: string, from_addr = USER) =>
  place.ask(ref, place.message({ from_addr, content }));
const codeIn = (text = ''): string => /\/l\/([A-Za-z0-9_-]{16})/.exec(text)?.[1] ?? '';

async function handlerWith(app: string, body: string): Promise<AppRef> {
  return place.installHandler(app, body);
}

const GIVES = 'await reply(await app.link("/card", { scopes: ["user:read:card"] }), { end: true });';

describe('a link from a handler', () => {
  test('is an address of the app’s page with 96 bits of chance, of which only the hash is kept', async () => {
    const ref = await handlerWith('given', GIVES);
    const [first = ''] = await say(ref, 'hi');
    const [second = ''] = await say(ref, 'hi');
    expect(first).toMatch(/^https:\/\/tests--given\.apps\.example\.org\/l\/[A-Za-z0-9_-]{16}$/);
    expect(first).not.toBe(second);
    const kept = [...place.state.values.entries()].filter(([key]) => !key.startsWith('done/'));
    const code = codeIn(first);
    expect(JSON.stringify(kept)).not.toContain(code);
    const hash = createHash('sha256').update(code).digest('base64url');
    expect(JSON.parse((await place.state.get(`page-link/tests/given/${hash}`)) ?? '')).toMatchObject({
      account: 'tests',
      app: 'given',
      version: 1,
      user: USER,
      path: '/card',
      scopes: ['user:read:card'],
      talk: null,
    });
  });

  test('opens once, also when two press the button at the same time', async () => {
    const ref = await handlerWith('once', GIVES);
    const code = codeIn((await say(ref, 'hi'))[0]);
    for (let index = 0; index < 3; index += 1)
      expect(await links.look(ref, code)).toEqual({ asksPin: false });
    const both = await Promise.all([links.use(ref, code, null), links.use(ref, code, null)]);
    const opened = both.find((one) => one !== null);
    expect(both.filter((one) => one !== null)).toHaveLength(1);
    if (opened === undefined || opened === null || opened === 'wrong_pin') throw new Error('it did not open');
    expect(opened).toMatchObject({ path: '/card', lifetimeMs: 30 * MINUTE_MS });
    expect(await links.visitor(ref, opened.secret)).toEqual({ user: USER, scopes: ['user:read:card'] });
    expect(await links.look(ref, code)).toBeNull();
    ahead = 30 * MINUTE_MS;
    expect(await links.visitor(ref, opened.secret)).toBeNull();
  });

  test('opens at its own app alone, and not after its time', async () => {
    const ref = await handlerWith('expires', GIVES);
    const other = await handlerWith('thief', GIVES);
    const code = codeIn((await say(ref, 'hi'))[0]);
    expect(await links.look(other, code)).toBeNull();
    expect(await links.use(other, code, null)).toBeNull();
    ahead = 59 * MINUTE_MS;
    expect(await links.look(ref, code)).not.toBeNull();
    ahead = 60 * MINUTE_MS + 1000;
    expect(await links.use(ref, code, null)).toBeNull();
  });

  test('ends, with what it has opened, by app.links.revoke()', async () => {
    const ref = await handlerWith(
      'revoked',
      `if (message.content === 'lost') { await app.links.revoke(); await reply('Done'); } else { ${GIVES} }`,
    );
    const opened = await links.use(ref, codeIn((await say(ref, 'hi'))[0]), null);
    if (opened === null || opened === 'wrong_pin') throw new Error('it did not open');
    const open = codeIn((await say(ref, 'hi'))[0]);
    const others = codeIn((await say(ref, 'hi', '+27761000002'))[0]);
    await say(ref, 'lost');
    expect(await links.visitor(ref, opened.secret)).toBeNull();
    expect(await links.look(ref, open)).toBeNull();
    expect(await links.look(ref, others)).not.toBeNull();
    expect(await links.look(ref, codeIn((await say(ref, 'hi'))[0]))).not.toBeNull();
  });

  test('ends when its user opts out', async () => {
    const ref = await handlerWith(
      'stopped',
      `if (message.content === 'no') await app.optouts.optOut(message.from_addr); ${GIVES}`,
    );
    const user = '+27761000003';
    const code = codeIn((await say(ref, 'hi', user))[0]);
    expect(await links.look(ref, code)).not.toBeNull();
    await say(ref, 'no', user);
    expect(await links.look(ref, code)).toBeNull();
  });

  test('stays ended when its user opts in again, unlike one that he gets after that', async () => {
    const ref = await handlerWith(
      'restarted',
      `const { content, from_addr } = message;
       if (content === 'no') await app.optouts.optOut(from_addr);
       if (content === 'yes') await app.optouts.cancel(from_addr);
       ${GIVES}`,
    );
    const user = '+27761000004';
    const code = codeIn((await say(ref, 'hi', user))[0]);
    const opened = await links.use(ref, codeIn((await say(ref, 'hi', user))[0]), null);
    if (opened === null || opened === 'wrong_pin') throw new Error('it did not open');
    await say(ref, 'no', user);
    await say(ref, 'yes', user);
    expect(await links.look(ref, code)).toBeNull();
    expect(await links.use(ref, code, null)).toBeNull();
    expect(await links.visitor(ref, opened.secret)).toBeNull();
    expect(await links.look(ref, codeIn((await say(ref, 'hi', user))[0]))).not.toBeNull();
  });

  test('opens for one of fifty that press the button at the same time, and for none of fifty that guess', async () => {
    const ref = await handlerWith('crowd', GIVES);
    const code = codeIn((await say(ref, 'hi'))[0]);
    const crowd = Array.from({ length: 50 }, () => links.use(ref, code, null));
    expect((await Promise.all(crowd)).filter((one) => one !== null)).toHaveLength(1);
    const pinned = await handlerWith('crowd-pin', "await reply(await app.link('/card', { pin: '4821' }));");
    const guarded = codeIn((await say(pinned, 'hi'))[0]);
    const guesses = Array.from({ length: 50 }, (_, pin) => links.use(pinned, guarded, `48${10 + pin}`));
    const opened = (await Promise.all(guesses)).filter((one) => one !== null && one !== 'wrong_pin');
    expect(opened).toEqual([]);
    expect(await links.use(pinned, guarded, '4821')).toBeNull();
  });

  test('asks for the digits that it was given, and ends when they are guessed at', async () => {
    const ref = await handlerWith('digits', "await reply(await app.link('/card', { pin: '4821' }));");
    const code = codeIn((await say(ref, 'hi'))[0]);
    expect(await links.look(ref, code)).toEqual({ asksPin: true });
    expect(await links.use(ref, code, null)).toBe('wrong_pin');
    for (const pin of ['0000', '0001', '0002', '0003'])
      expect(await links.use(ref, code, pin)).toBe('wrong_pin');
    expect(await links.use(ref, code, '4821')).toMatchObject({ path: '/card' });
    const guessed = codeIn((await say(ref, 'hi'))[0]);
    for (let pin = 0; pin < 5; pin += 1) await links.use(ref, guessed, `000${pin}`);
    expect(await links.use(ref, guessed, '4821')).toBeNull();
    expect(await links.look(ref, guessed)).toBeNull();
  });

  test.each([
    ["'photo'", 'a path of the page, such as "/photo"'],
    ["'//evil.example'", 'a path of the page'],
    ["'/a b'", 'without spaces'],
    ["'/a', { expires: '8 days' }", '7 days at most'],
    ["'/a', { expires: '3 weeks' }", 'is no time to wait'],
    ["'/a', { pin: '12' }", '4 to 8 digits'],
    ["'/a', { scopes: ['state:read:x'] }", 'use "user:read"'],
    ["'/a', { scopes: ['send:contact'] }", 'or what vumi.json asks for'],
    ["'/a', { scopes: ['user:write:vumi:talk:1'] }", "are the platform's"],
  ])('app.link(%s) says what is wrong', async (args, reason) => {
    const ref = await handlerWith(
      `wrong-${(apps += 1)}`,
      `try { await app.link(${args}); } catch (error) { reply(error.message); }`,
    );
    expect((await say(ref, 'hi'))[0]).toContain(reason);
  });

  test('carries what the account grants where vumi.json asks for it, and says where it does not', async () => {
    const body =
      "try { await reply(await app.link('/a', { scopes: ['send:self'] })); } catch (error) { reply(error.message); }";
    const ref = await place.installHandler('unasked', body);
    expect((await say(ref, 'hi'))[0]).toContain('"frontend": { "links": { "scopes": ["send:self"] } }');
    const members = { members: { scopes: ['contacts:read'] } };
    const frontend = { ...members, links: { scopes: ['send:self'] } };
    const asking = await place.installHandler('asking', body, {
      manifest: { frontend: { scopes: [], ...frontend } },
    });
    const opened = await links.use(asking, codeIn((await say(asking, 'hi'))[0]), null);
    if (opened === null || opened === 'wrong_pin') throw new Error('it did not open');
    expect(await links.visitor(asking, opened.secret)).toEqual({ user: USER, scopes: ['send:self'] });
  });

  test('a message makes five at most', async () => {
    const ref = await handlerWith(
      'many',
      "try { for (;;) await app.link('/a'); } catch (error) { reply(error.message); }",
    );
    expect(await say(ref, 'hi')).toEqual(['limit: a message may make 5 links']);
  });
});

const PHOTO = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const card = await app.link('/card');
    const name = await app.ask(card + ' Your name?');
    const photo = await app.link('/photo', { ask: true, text: 'Show us:', within: '1 day' });
    const ok = await app.confirm(photo.size + ' bytes, ' + name + '?');
    return ok ? 'Your card: ' + (await app.link('/card')) : 'Sorry.';
  },
});`;

describe('a link from a conversation', () => {
  async function asked(app: string, user: string): Promise<{ ref: AppRef; card: string; photo: string }> {
    const ref = await place.install(app, PHOTO);
    const card = codeIn((await say(ref, 'hi', user))[0]);
    return { ref, card, photo: codeIn((await say(ref, 'Thandi', user))[0]) };
  }
  async function visit(ref: AppRef, code: string): Promise<string> {
    const opened = await links.use(ref, code, null);
    if (opened === null || opened === 'wrong_pin') throw new Error('it did not open');
    return opened.secret;
  }
  /** A transport hands a message to its network once, however often it gets it. */
  const sentTo = (user: string): (string | null)[] => {
    const sent = place.sent.filter(({ to_addr, in_reply_to }) => to_addr === user && in_reply_to === null);
    return [...new Map(sent.map(({ message_id, content }) => [message_id, content])).values()];
  };

  test('is a question that its page answers, once', async () => {
    const user = '+27761000011';
    const { ref, photo } = await asked('photo', user);
    const secret = await visit(ref, photo);
    expect(await links.visitor(ref, secret)).toEqual({ user, scopes: ['answer'] });
    await links.answer(ref, secret, { size: 12 });
    expect(sentTo(user)).toEqual(['12 bytes, Thandi?\n1. Yes\n2. No']);
    // As when its answer was lost on the way back.
    await links.answer(ref, secret, { size: 12 });
    await expect(links.answer(ref, secret, { size: 13 })).rejects.toThrow('has another answer already');
    expect(sentTo(user)).toHaveLength(1);
    expect(new Set(published.map(({ message_id }) => message_id)).size).toBe(1);
    expect(scheduleOf(published[0] as UserMessage)).toMatchObject({ user, data: { value: { size: 12 } } });
  });

  test('ends with the conversation, but for one of the last text', async () => {
    const user = '+27761000012';
    const { ref, card, photo } = await asked('ending', user);
    const secret = await visit(ref, photo);
    await links.answer(ref, secret, { size: 12 });
    expect(await links.look(ref, card)).not.toBeNull();
    const [last = ''] = await say(ref, '1', user);
    expect(await links.look(ref, card)).toBeNull();
    expect(await links.visitor(ref, secret)).toBeNull();
    await expect(links.answer(ref, secret, { size: 12 })).rejects.toThrow('this question is over');
    expect(await links.use(ref, codeIn(last), null)).toMatchObject({ path: '/card' });
  });

  test('ends with STOP, whether or not it was opened', async () => {
    const user = '+27761000013';
    const { ref, card, photo } = await asked('stop', user);
    const secret = await visit(ref, photo);
    await say(ref, 'STOP', user);
    expect(await links.look(ref, card)).toBeNull();
    expect(await links.visitor(ref, secret)).toBeNull();
    await expect(links.answer(ref, secret, 1)).rejects.toThrow('this question is over');
    expect(sentTo(user)).toEqual([]);
  });

  test('does not answer a question that was over before, as by its time', async () => {
    const user = '+27761000014';
    const { ref, photo } = await asked('late', user);
    const secret = await visit(ref, photo);
    const key = [...place.state.values.keys()].find((one) => one.includes(`${user}/vumi:talk:`)) ?? '';
    const talk = JSON.parse((await place.state.get(key)) ?? '') as { wait: unknown[] };
    talk.wait[0] = 'ask number 7';
    await place.state.set(key, JSON.stringify(talk));
    await expect(links.answer(ref, secret, 1)).rejects.toThrow('this question is over');
    expect(published).toEqual([]);
  });

  test('its answer that comes twice to the app has one effect, also beside what the user says', async () => {
    const user = '+27761000015';
    const { ref, photo } = await asked('twice', user);
    const secret = await visit(ref, photo);
    await Promise.all([links.answer(ref, secret, { size: 1 }), say(ref, 'done', user)]);
    const again = { redelivered: true, attempt: 2 };
    await place.sandbox.handleInbound(ref, published[0] as UserMessage, again);
    expect(sentTo(user)).toEqual(['1 bytes, Thandi?\n1. Yes\n2. No']);
    expect(await say(ref, '2', user)).toEqual(['Sorry.']);
  });
});
