import type { UserMessage } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  inbound,
  openMiddlewarePlace,
  outbound,
  through,
  type MiddlewarePlace,
} from '../middleware-place.fixture.ts';
import { tagging } from './tagging.ts';

const INCOMING = {
  addr_pattern: String.raw`^\d+(?P<code>\d{3})$`,
  tagpool_template: 'campaigns',
  tagname_template: String.raw`mytag-\g<code>`,
};
const OUTGOING = {
  tagname_pattern: String.raw`mytag-(\d+)$`,
  msg_template: { from_addr: String.raw`1234*\1` },
};
const tagged = (pool: string, name: string, beside: object = {}): Partial<UserMessage> => ({
  helper_metadata: { tag: { tag: [pool, name], ...beside } },
});

describe('tagging', () => {
  let place: MiddlewarePlace;
  beforeAll(async () => {
    place = await openMiddlewarePlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());
  const start = (config: object) =>
    through(tagging, { incoming: INCOMING, outgoing: OUTGOING, ...config }, place.ports);

  test.each<[string, string | null, [string, string] | undefined]>([
    ['an address that matches', '8000123', ['campaigns', 'mytag-123']],
    ['an address that matches later only', 'x8000123', undefined],
    ['an address that does not match', '12', undefined],
    ['no address', null, undefined],
  ])('tags a message to %s', async (_, to_addr, tag) => {
    const arrived = (await (await start({})).send(inbound({ to_addr }))) as UserMessage;
    expect(arrived.helper_metadata).toEqual(tag === undefined ? {} : { tag: { tag } });
  });

  test('keeps what stands beside a tag that it replaces', async () => {
    const message = { to_addr: '8000123', ...tagged('old', 'old', { note: 1 }), group: '#vumi' };
    const arrived = await (await start({})).send(inbound(message));
    expect(arrived).toMatchObject({
      group: '#vumi',
      helper_metadata: { tag: { tag: ['campaigns', 'mytag-123'], note: 1 } },
    });
  });

  test.each<[string, object | null, string | null]>([
    ['the pool does not matter', tagged('any pool', 'mytag-456'), '1234*456'],
    ['a name that does not match', tagged('campaigns', 'other'), null],
    ['a name in Unicode', tagged('кампания', 'тег'), null],
    ['no tag', {}, null],
    ['a tag of another shape', { helper_metadata: { tag: 'mytag-456' } }, null],
  ])('fills in an outbound message by its tag: %s', async (_, fields, expected) => {
    const transit = outbound({ ...fields });
    const arrived = await (await start({})).send(transit);
    if (expected === null) expect(arrived).toBe(transit.message);
    else expect(arrived).toEqual({ ...transit.message, from_addr: expected });
  });

  test('merges objects of the template, fills in its texts, and takes the rest as it is', async () => {
    const msg_template = {
      transport_metadata: { smpp: { source: String.raw`\g<1>`, esm: 3, list: ['\\1'], none: null } },
      helper_metadata: { go: { on: true } },
      from_addr: '$1 & \\\\1',
    };
    const transit = outbound({
      ...tagged('p', 'mytag-7'),
      transport_metadata: { smpp: { old: 1 }, kept: 2 },
    });
    const arrived = await (await start({ outgoing: { ...OUTGOING, msg_template } })).send(transit);
    expect(arrived).toEqual({
      ...transit.message,
      transport_metadata: { smpp: { old: 1, source: '7', esm: 3, list: ['\\1'], none: null }, kept: 2 },
      helper_metadata: { ...transit.message.helper_metadata, go: { on: true } },
      from_addr: '$1 & \\1',
    });
  });

  test('comes to an end with a template that holds itself', async () => {
    const inner: Record<string, unknown> = { text: String.raw`\1` };
    inner['itself'] = inner;
    const msg_template = { transport_metadata: inner };
    const arrived = await (
      await start({ outgoing: { ...OUTGOING, msg_template } })
    ).send(outbound(tagged('p', 'mytag-7')));
    expect(arrived).toMatchObject({ transport_metadata: { text: '7' } });
  });

  test.each([
    ['a pattern that is none', { incoming: { ...INCOMING, addr_pattern: '(' } }, 'incoming.addr_pattern'],
    [
      'a group that is not there',
      { incoming: { ...INCOMING, tagname_template: String.raw`\2` } },
      'incoming.tagname_template',
    ],
    [
      'a named group that is not there',
      { outgoing: { ...OUTGOING, msg_template: { a: { b: String.raw`\g<x>` } } } },
      'outgoing.msg_template.a.b',
    ],
    ['half of the options', { outgoing: { tagname_pattern: 'x' } }, 'outgoing.msg_template'],
  ])('refuses %s', async (_, config, field) => {
    await expect(start(config)).rejects.toMatchObject({ code: 'config.invalid', field });
  });
});
