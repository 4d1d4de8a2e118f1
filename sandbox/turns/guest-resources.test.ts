import { scheduleMessage, type FiredSchedule } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIRST_TRY, SandboxPlace, SECOND_TRY } from '../testing/index.ts';

let place: SandboxPlace;
beforeAll(async () => {
  place = await SandboxPlace.start({ runners: 1 });
});
afterAll(() => place[Symbol.asyncDispose]());

/** Runs the body of a handler for one message and answers what it replied with, as JSON. */
async function run(app: string, body: string): Promise<unknown> {
  const ref = await place.installHandler(
    app,
    `await reply(JSON.stringify(await (async () => { ${body} })()) ?? 'none');`,
  );
  const [answer = 'none'] = await place.ask(ref);
  return JSON.parse(answer);
}

describe('what an app asks of its account', () => {
  test('contacts: made, changed, searched and deleted within one message', async () => {
    const seen = await run(
      'contacts',
      `const { contacts } = app;
       const none = await contacts.get(message.from_addr);
       const made = await contacts.getOrCreate(message.from_addr);
       await contacts.update(made.key, { name: 'Jane' });
       await contacts.updateExtra(made.key, { city: 'Cape Town' });
       await contacts.updateSubscription(made.key, { news: 'yes' });
       const found = await contacts.search('name:jane AND extras-city:town');
       const known = await contacts.get(message.from_addr);
       await contacts.save({ ...known, surname: 'Doe' });
       const other = await contacts.create({ gtalk_id: 'joe@example.org/x' });
       const joe = await contacts.get('joe@example.org', { deliveryClass: 'gtalk' });
       await contacts.delete(other.key);
       return { none, found: found.length === 1 && found[0] === made.key, joe: joe.key === other.key,
         gone: await contacts.getByKey(other.key), saved: await contacts.getByKey(made.key) };`,
    );
    expect(seen).toMatchObject({
      none: null,
      found: true,
      joe: true,
      gone: null,
      saved: { name: 'Jane', surname: 'Doe', extra: { city: 'Cape Town' }, subscription: { news: 'yes' } },
    });
    expect([...place.records.contacts.values()]).toMatchObject([{ name: 'Jane', surname: 'Doe' }]);
  });

  test('groups and their members', async () => {
    const seen = await run(
      'groups',
      `const { groups, contacts } = app;
       const none = [await groups.get('x'), await groups.getByName('x')];
       const group = await groups.getOrCreateByName('Volunteers');
       await contacts.create({ msisdn: '2700', groups: [group.key] });
       const smart = await groups.update((await groups.getOrCreateByName('Smart')).key, { name: 'Smart', query: 'msisdn:+2700' });
       return { none, same: (await groups.getByName('Volunteers')).key === group.key,
         counts: [await groups.countMembers(group.key), await groups.countMembers(smart.key)],
         names: (await groups.list()).map(({ name }) => name),
         found: (await groups.search('name:vol*')).length };`,
    );
    expect(seen).toEqual({
      none: [null, null],
      same: true,
      counts: [1, 1],
      names: ['Smart', 'Volunteers'],
      found: 1,
    });
  });

  test('who the user is: by each of his addresses, and one with whom he turned out to be', async () => {
    const seen = await run(
      'identity',
      `const { identity, contacts } = app;
       const strange = await identity.find('thandi', { type: 'irc' });
       const me = await identity.get();
       const contact = await contacts.get(message.from_addr);
       const linked = await identity.link('Thandi', { type: 'irc' });
       await contacts.create({ msisdn: '+27991234567' });
       const both = await identity.link('27991234567');
       const left = await identity.unlink('thandi', { type: 'irc' });
       return { strange, isContact: contact.key === me.id, ids: new Set([me, linked, both, left].map(({ id }) => id)).size,
         addresses: both.addresses.map(({ type }) => type), merged: both.merged_ids.length, left: left.addresses.length,
         found: (await identity.find('+27 99 123 4567')).id === me.id, gone: await identity.find('thandi', { type: 'irc' }) };`,
    );
    expect(seen).toEqual({
      strange: null,
      isContact: true,
      ids: 1,
      addresses: ['msisdn', 'irc_nickname', 'msisdn'],
      merged: 1,
      left: 2,
      found: true,
      gone: null,
    });
  });

  test('what is to come again and again', async () => {
    const before = place.storeEffects.length;
    const seen = await run(
      'repeats',
      `const id = await app.schedule.repeat('report', { time: '06:00', weekdays: [1], data: { n: 1 } });
       const refused = await app.schedule.repeat('often', { every: 1 }).catch((error) => error.message);
       return { id: id.length, refused };`,
    );
    expect(seen).toEqual({ id: 32, refused: expect.stringMatching(/60 or more/) as string });
    const effects = place.storeEffects.slice(before).flatMap((each) => each.effects);
    expect(effects).toMatchObject([
      { kind: 'schedule.put', name: 'report', data: { n: 1 }, repeat: { time: '06:00', weekdays: [1] } },
    ]);
  });

  test('opt-outs', async () => {
    const seen = await run(
      'optouts',
      `const { optouts } = app;
       await optouts.optOut(message.from_addr);
       const status = await optouts.status(message.from_addr);
       const byMessage = status.message_id === message.message_id;
       await optouts.optOut('jane@example.org', { type: 'email' });
       await optouts.cancel(message.from_addr);
       return { status: status.opted_out, byMessage, now: await optouts.status(message.from_addr), count: await optouts.count() };`,
    );
    expect(seen).toEqual({ status: true, byMessage: true, now: { opted_out: false }, count: 1 });
  });

  test('metrics, in the store of the app unless it names another, and no value that is no number', async () => {
    const before = place.storeEffects.length;
    const seen = await run(
      'metrics',
      `const { metrics } = app;
       await metrics.fire('visits', 2, 'sum');
       await metrics.avg('age', 30, { store: 'shared' });
       await metrics.min('m', 1); await metrics.max('m', 2); await metrics.last('m', 3);
       const totals = [await metrics.increment('seen'), await metrics.increment('seen', 4)];
       const refused = [];
       for (const value of [NaN, Infinity, null, '1', 1e101, -Number.MAX_VALUE])
         await metrics.sum('bad', value).catch((error) => refused.push(error.message));
       await metrics.sum('9bad', 1).catch((error) => refused.push(error.message));
       return { totals, refused };`,
    );
    expect(seen).toEqual({
      totals: [1, 5],
      refused: [
        ...Array.from({ length: 6 }, () => 'value: use a number between -1e+100 and 1e+100'),
        expect.stringMatching(/^metric: use a letter/),
      ],
    });
    const fired = place.storeEffects.slice(before).flatMap(({ effects }) => effects);
    expect(fired).toMatchObject([
      { kind: 'metric', store: 'metrics', metric: 'visits', aggregator: 'sum', value: 2 },
      { kind: 'metric', store: 'shared', metric: 'age', aggregator: 'avg', value: 30 },
      { kind: 'metric', store: 'metrics', metric: 'm', aggregator: 'min', value: 1 },
      { kind: 'metric', store: 'metrics', metric: 'm', aggregator: 'max', value: 2 },
      { kind: 'metric', store: 'metrics', metric: 'm', aggregator: 'last', value: 3 },
      { kind: 'metric', store: 'metrics', metric: 'seen', aggregator: 'last', value: 1 },
      { kind: 'metric', store: 'metrics', metric: 'seen', aggregator: 'last', value: 5 },
    ]);
  });

  test('counts of its messages', async () => {
    place.records.messages = 10;
    const seen = await run(
      'messages',
      `const { messages } = app;
       return [(await messages.progress()).sent, await messages.countReceived(), await messages.countSent(),
         await messages.countSenders(), await messages.countReceivers(),
         await messages.receivedPerMinute(), await messages.sentPerMinute(60)];`,
    );
    expect(seen).toEqual([10, 10, 10, 10, 10, 2, 10]);
  });

  test('a handler that fails leaves nothing of all this', async () => {
    const before = place.storeEffects.length;
    const ref = await place.installHandler(
      'fails',
      `await app.contacts.create({ name: 'Ghost' }); await app.schedule.once('x', { in: 1 }); throw new Error('no');`,
    );
    await place.ask(ref);
    expect(place.storeEffects.length).toBe(before);
  });
});

test('an app keeps so many keys of state and no more', async () => {
  const body = "await app.state.set('k' + message.content, 1); await reply('kept')";
  const ref = await place.installHandler('keys', body, { manifest: { limits: { state_keys: 2 } } });
  const say = (content: string) => place.ask(ref, place.message({ content }));
  expect([await say('1'), await say('2'), await say('1')]).toEqual([['kept'], ['kept'], ['kept']]);
  expect(await say('3')).toEqual([expect.stringContaining('Sorry')]);
  expect(place.logOf(ref).at(-1)).toContain('may keep 2 keys of state');
});

describe('a schedule', () => {
  const fired: FiredSchedule = { id: 'abc', name: 'remind', user: '+2776', due: 5000, data: { n: 1 } };

  test('is left with its time, in whatever form that is given', async () => {
    const seen = await run(
      'plans',
      `const { schedule } = app;
       await schedule.once('a', { in: 60, data: { n: [1] }, user: message.from_addr });
       await schedule.once('b', { at: new Date(app.now + 5) });
       await schedule.once('c', { at: app.now + 6 });
       await schedule.once('d', { at: '2027-01-01T00:00:00Z' });
       await schedule.once('e', { in: 1 });
       await schedule.cancel('e');
       const refused = [];
       for (const when of [undefined, {}, { at: 'soon' }, { at: NaN }, { in: -1 }])
         await (async () => schedule.once('f', when))().catch((error) => refused.push(error.message));
       return { refused, now: app.now };`,
    );
    const { refused, now } = seen as { refused: string[]; now: number };
    expect(refused).toHaveLength(5);
    expect(refused.slice(0, 4).every((text) => text.startsWith('say when: '))).toBe(true);
    const open = [...place.records.schedules].filter(([key]) => key.startsWith('tests plans '));
    expect(open.map(([, { name, due }]) => [name, due])).toEqual([
      ['a', now + 60_000],
      ['b', now + 5],
      ['c', now + 6],
      ['d', Date.UTC(2027, 0, 1)],
    ]);
    expect(open[0]?.[1]).toMatchObject({ data: { n: [1] }, user: expect.stringMatching(/^\+2776/) });
  });

  test('that has come due calls onSchedule, with the state of its user, once', async () => {
    const ref = await place.install(
      'reminds',
      `export default { async onSchedule(timer, app) {
         const count = await app.user.increment('reminded');
         await app.send(timer.user, JSON.stringify({ timer, count, now: app.now }));
       } };`,
    );
    const message = scheduleMessage(ref, fired);
    await place.sandbox.handleInbound(ref, message, FIRST_TRY);
    await place.sandbox.handleInbound(ref, message, SECOND_TRY);
    // Published twice, and nobody knows that it is the same.
    await place.sandbox.handleInbound(ref, message, FIRST_TRY);
    const sent = place.sent.filter(({ helper_metadata }) =>
      JSON.stringify(helper_metadata).includes('reminds'),
    );
    expect(new Set(sent.map(({ message_id }) => message_id)).size).toBe(1);
    expect(JSON.parse(sent[0]?.content ?? '')).toMatchObject({ timer: fired, count: 1 });
    expect(sent[0]).toMatchObject({ to_addr: '+2776', in_reply_to: null, helper_metadata: { vumi: ref } });
    expect([...place.state.values].filter(([key]) => key.includes('/reminds/'))).toEqual([
      [expect.stringContaining('/user/+2776/reminded'), '1'],
    ]);
  });

  test('that is for nobody has no user', async () => {
    const ref = await place.install(
      'nobody',
      `export default { async onSchedule(timer, app) {
         app.log.info(String(timer.user));
         await app.user.get('x').catch((error) => app.log.info(error.message));
       } };`,
    );
    await place.sandbox.handleInbound(ref, scheduleMessage(ref, { ...fired, user: null }), FIRST_TRY);
    expect(place.logOf(ref)).toEqual(['null', expect.stringContaining('there is no user here')]);
  });

  test('that fails apologises to nobody', async () => {
    const ref = await place.install('breaks', `export default { onSchedule() { throw new Error('no'); } };`);
    const message = scheduleMessage(ref, { ...fired, id: 'breaks' });
    await place.sandbox.handleInbound(ref, message, { redelivered: true, attempt: 5 });
    expect(
      place.sent.filter(({ helper_metadata }) => JSON.stringify(helper_metadata).includes('breaks')),
    ).toEqual([]);
    expect(place.failures.at(-1)?.reason).toContain('Error: no');
  });

  test('of an app without a handler for it is told to the author', async () => {
    const ref = await place.installHandler('deaf', '');
    await place.sandbox.handleInbound(ref, scheduleMessage(ref, { ...fired, id: 'deaf' }), FIRST_TRY);
    expect(place.logOf(ref)).toEqual([expect.stringContaining('exports no onSchedule')]);
  });
});
