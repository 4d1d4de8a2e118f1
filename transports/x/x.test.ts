import { createUserMessage, reply } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measureText } from '../sending/text-limits.ts';
import { ProviderPlay } from '../testing/provider-play.ts';
import { xConfigSchema } from './config.ts';
import { oauthHeader } from './oauth.ts';
import { ruleRequest, streamOf } from './stream.ts';

const OPTIONS = {
  screen_name: 'bot',
  terms: ['#vumi'],
  bearer_token: 'app',
  consumer_key: 'ck',
  consumer_secret: 'cs',
  access_token: 'at',
  access_token_secret: 'ats',
};
const config = xConfigSchema.parse(OPTIONS);
const stream = streamOf(config);
const about = { token: '' };
const users = [{ id: '1', username: 'al' }];

const post = (data: object, tag = 'vumi') => ({
  data: { id: '5', author_id: '1', ...data },
  includes: { users },
  matching_rules: [{ tag }],
});
const hear = (frame: object) => stream.read(JSON.stringify(frame), config, about);

it('a request is signed as the specification says', () => {
  const keys = { consumerKey: 'ck', consumerSecret: 'cs', token: 'at', tokenSecret: 'ats' };
  const request = {
    method: 'POST',
    url: 'https://api.x.com/2/tweets',
    parameters: {},
    nonce: 'n',
    timestamp: 1,
  };
  const header = oauthHeader(request, keys);
  expect(header).toMatch(/^OAuth oauth_consumer_key="ck", oauth_nonce="n", /);
  expect(oauthHeader({ ...request, nonce: 'm' }, keys)).not.toBe(header);
  const signed = oauthHeader(
    {
      method: 'POST',
      url: 'https://api.twitter.com/1.1/statuses/update.json',
      parameters: {
        include_entities: 'true',
        status: 'Hello Ladies + Gentlemen, a signed OAuth request!',
      },
      nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg',
      timestamp: 1_318_622_958,
    },
    {
      consumerKey: 'xvz1evFS4wEEPTGEFPHBog',
      consumerSecret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
      token: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
      tokenSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
    },
  );
  expect(signed).toContain(`oauth_signature="${encodeURIComponent('hCtSmYh+iHYCEqBWrE7C7hYmtUk=')}"`);
});

describe('the stream', () => {
  it('is told what is listened for', () => {
    expect(JSON.parse(ruleRequest(config).body ?? '')).toEqual({
      add: [
        { value: '(@bot) -from:bot -is:retweet', tag: 'vumi' },
        { value: '(#vumi) -from:bot -is:retweet', tag: 'vumi' },
      ],
    });
  });

  it.each([
    [
      'a post with a term',
      post({ text: '#vumi &amp; more' }),
      { to_addr: 'NO_USER', content: '#vumi & more' },
    ],
    ['a post to us', post({ text: '@Bot hi' }), { to_addr: '@bot', content: 'hi' }],
    ['a post that mentions us', post({ text: 'hi @bot' }), { to_addr: 'NO_USER', content: 'hi @bot' }],
  ])('brings %s', (_label, frame, fields) => {
    expect(hear(frame)).toMatchObject({
      readings: [
        {
          id: '5',
          fields: { from_addr: '@al', transport_metadata: { twitter: { status_id: '5' } }, ...fields },
        },
      ],
      offsets: { recent: '5' },
    });
  });

  it.each([
    ['what the rules of others find', post({ text: '#vumi' }, 'theirs')],
    ['what a rule of former terms finds', post({ text: '#former' })],
    ['a farewell', { errors: [{ title: 'operational-disconnect' }] }],
  ])('brings nothing of %s', (_label, frame) => {
    expect(hear(frame)?.readings ?? []).toEqual([]);
  });

  it('asks for what was missed, as far back as the network looks', () => {
    const [list] = stream.missed ?? [];
    const now = 1_700_000_000_000;
    const idAt = (ms: number) => String(BigInt(ms - 1_288_834_974_657) << 22n);
    const sinceOf = (after: string | null) =>
      new URL(list?.request(config, after, now).url ?? '').searchParams.get('since_id');
    const [late, early] = [idAt(now - 60_000), idAt(now - 8 * 24 * 3_600_000)];
    expect([sinceOf(late), sinceOf(early), sinceOf(null)]).toEqual([late, null, null]);
  });
});

it.each([
  ['', 0],
  ['Hé“llo”', 7],
  ['水😀', 4],
  [`a https://x.example/${'long'.repeat(20)} b`, 27],
  ['https://x.co https://x.co', 47],
])('"%s" is %i of 280', (text, length) => {
  expect(measureText(text, { unit: 'weighted' })).toBe(length);
});

describe('a message', () => {
  let play: ProviderPlay;
  beforeEach(async () => {
    play = await ProviderPlay.start('x', OPTIONS, { answers: [[201]] });
  });
  afterEach(() => play[Symbol.asyncDispose]());
  const bodies = () => play.sent.slice(1).map(({ body }) => JSON.parse(String(body)) as unknown);

  it('that answers goes below the post', async () => {
    const [reading] = hear(post({ text: '@bot hi' }))?.readings ?? [];
    if (reading?.kind !== 'message') throw new Error('nothing was heard');
    play.will([201, { data: { id: '6' } }]);
    expect(await play.send(reply(createUserMessage(reading.fields), 'yo'))).toMatchObject({
      event_type: 'ack',
      sent_message_id: '6',
    });
    expect(bodies()).toEqual([{ text: '@al yo', reply: { in_reply_to_tweet_id: '5' } }]);
  });

  it('that is too long is a thread, by what the network counts', async () => {
    play.will([201, { data: { id: '6' } }], [201, { data: { id: '7' } }]);
    await play.send({ to_addr: 'NO_USER', content: '水'.repeat(141) });
    expect(bodies()).toEqual([
      { text: '水'.repeat(140) },
      { text: '水', reply: { in_reply_to_tweet_id: '6' } },
    ]);
  });

  it('that is refused is a nack that says why', async () => {
    play.will([
      403,
      { title: 'Forbidden', detail: 'You are not allowed to create a Tweet with duplicate content.' },
    ]);
    expect(await play.send({ to_addr: 'NO_USER' })).toMatchObject({
      nack_reason: '403: You are not allowed to create a Tweet with duplicate content.',
    });
  });
});
