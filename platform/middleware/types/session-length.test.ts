import type { Transit, UserMessage } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  inbound,
  openMiddlewarePlace,
  outbound,
  through,
  type MiddlewarePlace,
} from '../middleware-place.fixture.ts';
import { sessionLength } from './session-length.ts';

describe('length of sessions', () => {
  let place: MiddlewarePlace;
  let users = 0;
  beforeAll(async () => {
    place = await openMiddlewarePlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());
  const start = (config: object = {}) => through(sessionLength, config, place.ports);
  const someone = (): string => `+2776${(users += 1)}`;
  const timesOf = (message: Transit['message']): unknown => message.helper_metadata['session'];

  test('stand on each message from the first to the last, and on none after it', async () => {
    const [middleware, user] = [await start(), someone()];
    const said = async (transit: Transit): Promise<unknown> => timesOf(await middleware.send(transit));
    const began = place.now / 1000;
    const [from, to] = [{ from_addr: user }, { to_addr: user }];
    expect(await said(inbound({ ...from, session_event: 'new' }))).toEqual({ session_start: began });
    place.now += 1500;
    expect(await said(outbound(to))).toEqual({ session_start: began });
    expect(await said(inbound({ ...from, session_event: 'resume' }))).toEqual({ session_start: began });
    place.now += 1500;
    expect(await said(outbound({ ...to, session_event: 'close' }))).toEqual({
      session_start: began,
      session_end: began + 3,
    });
    expect(await said(inbound({ ...from, session_event: 'resume' }))).toBeUndefined();
  });

  test('a close whose session is not known ends, without a start', async () => {
    const close = inbound({ from_addr: someone(), session_event: 'close' });
    expect(timesOf(await (await start()).send(close))).toEqual({ session_end: place.now / 1000 });
  });

  test('times that are there stay, as on a reply that carries those of its message', async () => {
    const user = someone();
    const session = { session_start: 1.5, session_end: 2.5, other: 'kept' };
    const middleware = await start();
    await middleware.send(inbound({ from_addr: user, session_event: 'new' }));
    const close = outbound({ to_addr: user, session_event: 'close', helper_metadata: { session } });
    expect(await middleware.send(close)).toBe(close.message);
  });

  test('a message that comes again, since it was not safe, finds its start', async () => {
    const [user, began] = [someone(), place.now / 1000];
    const middleware = await start();
    await middleware.send(inbound({ from_addr: user, session_event: 'new' }));
    const close = inbound({ from_addr: user, session_event: 'close' });
    const running = await sessionLength.start({}, place.ports);
    await expect(running.handle(close, () => Promise.reject(new Error('not safe')))).rejects.toThrow(
      'not safe',
    );
    expect(timesOf(await middleware.send(close))).toMatchObject({ session_start: began });
  });

  test('a session that began while the last one ended is not forgotten with it', async () => {
    const user = someone();
    const middleware = await start();
    await middleware.send(inbound({ from_addr: user, session_event: 'new' }));
    const running = await sessionLength.start({}, place.ports);
    const second = place.now / 1000 + 1;
    await running.handle(outbound({ to_addr: user, session_event: 'close' }), async () => {
      place.now += 1000;
      await middleware.send(inbound({ from_addr: user, session_event: 'new' }));
    });
    const later = inbound({ from_addr: user, session_event: 'resume' });
    expect(timesOf(await middleware.send(later))).toEqual({ session_start: second });
  });

  test('a start is forgotten after the timeout', async () => {
    const user = someone();
    const middleware = await start({ timeout: 20 });
    await middleware.send(inbound({ from_addr: user, session_event: 'new' }));
    place.now += 20_000;
    const late = inbound({ from_addr: user, session_event: 'resume' });
    expect(await middleware.send(late)).toBe(late.message);
  });

  test('is kept apart by tag, and written where the configuration says', async () => {
    const user = someone();
    const middleware = await start({ namespace_type: 'tag', field_name: 'billing' });
    const tag = (name: string): Partial<UserMessage> => ({
      from_addr: user,
      helper_metadata: { tag: { tag: ['pool', name] } },
    });
    await middleware.send(inbound({ ...tag('a'), session_event: 'new' }));
    const same = await middleware.send(inbound(tag('a')));
    expect(same.helper_metadata).toMatchObject({ billing: { session_start: place.now / 1000 } });
    const other = inbound(tag('b'));
    expect(await middleware.send(other)).toBe(other.message);
  });

  test.each<[string, object, Partial<UserMessage>]>([
    ['no address', {}, { from_addr: null }],
    ['no transport', {}, { transport_name: null }],
    ['no tag where tags count', { namespace_type: 'tag' }, {}],
  ])('a message with %s passes with an error in the log', async (_, config, fields) => {
    const errors = place.log.length;
    const transit = inbound({ ...fields, session_event: 'new' });
    expect(await (await start(config)).send(transit)).toBe(transit.message);
    expect(place.log.slice(errors)).toMatchObject([{ level: 'error' }]);
  });
});
