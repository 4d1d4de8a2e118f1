import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { ScriptedServer, type ScriptedAnswer } from '@vumi/http/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blueskyToken } from '../testing/bluesky-double.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import type { Transport } from '../transport-type.ts';
import { blueskyTransport } from './bluesky.ts';
import { blueskyConfigSchema } from './config.ts';
import { jetstream } from './jetstream.ts';

const OWN = 'did:plc:bot';
const OPTIONS = { screen_name: '@bot.example', app_password: 'secret', terms: ['#vumi'] };
const config = blueskyConfigSchema.parse(OPTIONS);
const about = { token: blueskyToken(OWN) };

interface Commit {
  readonly did?: string;
  readonly operation?: string;
  readonly collection?: string;
  readonly record?: object;
}

function hear({ did = 'did:plc:a', operation = 'create', record = {}, collection }: Commit) {
  const commit = {
    operation,
    rkey: 'k',
    cid: 'b',
    record,
    ...(collection === undefined ? {} : { collection }),
  };
  return jetstream.read(JSON.stringify({ did, time_us: 1, kind: 'commit', commit }), config, about);
}

const POST = 'at://did:plc:a/app.bsky.feed.post/k';
const mention = [{ features: [{ $type: 'app.bsky.richtext.facet#mention', did: OWN }] }];

describe('the stream', () => {
  it('goes on five seconds before where it was', () => {
    const open = (offset: string | null) =>
      new URL(jetstream.open(config, { ...about, offset }).url).searchParams;
    expect(open(null).get('cursor')).toBeNull();
    expect(open('1700000005000001').get('cursor')).toBe('1700000000000001');
    expect(open(null).get('wantedCollections')).toBe('app.bsky.feed.post');
  });

  it.each<[string, object, object]>([
    ['with a term', { text: '#vumi hi' }, { content: '#vumi hi', to_addr: 'NO_USER' }],
    [
      'that mentions us',
      { text: '@bot.example hi', facets: mention },
      { content: 'hi', to_addr: '@bot.example' },
    ],
    [
      'that answers ours',
      { text: 'hi', reply: { parent: { uri: `at://${OWN}/app.bsky.feed.post/1`, cid: 'c' } } },
      { content: 'hi', to_addr: '@bot.example' },
    ],
  ])('brings a post %s', (_label, record, fields) => {
    expect(hear({ record })).toMatchObject({
      readings: [{ kind: 'message', id: 'did:plc:a/k', fields: { from_addr: 'did:plc:a', ...fields } }],
      offsets: { jetstream: '1' },
    });
  });

  it.each<[string, Commit]>([
    ['a deletion', { operation: 'delete', record: { text: '#vumi' } }],
    ['our own post', { did: OWN, record: { text: '#vumi' } }],
    ['a like', { collection: 'app.bsky.feed.like', record: { text: '#vumi' } }],
    ['a post of others', { record: { text: 'vumi' } }],
  ])('brings nothing of %s, and goes on', (_label, commit) => {
    expect(hear(commit)).toEqual({ readings: [], offsets: { jetstream: '1' } });
  });

  it('that cannot be read is passed over', () => {
    for (const text of ['{', '[]', '{"kind":"identity"}'])
      expect(jetstream.read(text, config, about)).toBeNull();
  });
});

describe('with a server', () => {
  let server: ScriptedServer;
  let ports: MemoryPorts;
  let transport: Transport;
  let posted: { readonly record: object }[];
  let sessions: number;
  let next: ScriptedAnswer[];

  beforeEach(async () => {
    [posted, sessions, next] = [[], 0, []];
    server = await ScriptedServer.start();
    server.answer = ({ path, body }) => {
      if (path.endsWith('createSession')) {
        sessions += 1;
        return { status: 200, body: JSON.stringify({ accessJwt: blueskyToken(OWN, String(sessions)) }) };
      }
      if (!path.endsWith('createRecord')) return { status: 404 };
      const scripted = next.shift();
      if (scripted !== undefined) return scripted;
      posted.push(JSON.parse(body) as { readonly record: object });
      return {
        status: 200,
        body: JSON.stringify({ uri: `at://${OWN}/p/${posted.length}`, cid: `c${posted.length}` }),
      };
    };
    ports = new MemoryPorts('net');
    const place = { base_url: server.url, jetstream_url: `${server.url}/subscribe`, allow_private: true };
    transport = await blueskyTransport.start({ ...OPTIONS, ...place }, ports);
  });
  afterEach(async () => {
    await transport[Symbol.asyncDispose]();
    await ports.http[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const out = (fields: Partial<UserMessage> = {}): UserMessage =>
    createUserMessage({
      message_id: 'm1',
      to_addr: 'NO_USER',
      from_addr: '@bot.example',
      content: 'yo',
      ...fields,
    });

  function answerTo(record: object, content: string): UserMessage {
    const [reading] = hear({ record })?.readings ?? [];
    if (reading?.kind !== 'message') throw new Error('nothing was heard');
    return { ...reply(createUserMessage(reading.fields), content), message_id: 'm1' };
  }

  const parent = { uri: POST, cid: 'b' };

  it('an answer goes below the post, in the thread that it is in', async () => {
    await ports.send(answerTo({ text: '#vumi' }, 'yo'));
    expect(posted).toMatchObject([
      {
        repo: OWN,
        collection: 'app.bsky.feed.post',
        record: { text: 'yo', reply: { root: parent, parent } },
      },
    ]);
    expect(ports.events).toMatchObject([{ event_type: 'ack', sent_message_id: `at://${OWN}/p/1` }]);
    const root = { uri: 'at://did:plc:b/p/1', cid: 'r' };
    await ports.send({
      ...answerTo({ text: '#vumi', reply: { root, parent: root } }, 'yo'),
      message_id: 'm2',
    });
    expect(posted[1]).toMatchObject({ record: { reply: { root, parent } } });
  });

  it('301 characters are two posts, the second below the first', async () => {
    await ports.send(answerTo({ text: '#vumi' }, '👩‍👩‍👧'.repeat(301)));
    expect(posted.map(({ record }) => record)).toMatchObject([
      { text: '👩‍👩‍👧'.repeat(300), reply: { root: parent, parent } },
      { text: '👩‍👩‍👧', reply: { root: parent, parent: { uri: `at://${OWN}/p/1`, cid: 'c1' } } },
    ]);
    await ports.send(out({ message_id: 'm2', content: 'a'.repeat(301) }));
    const first = { uri: `at://${OWN}/p/3`, cid: 'c3' };
    expect(posted[2]?.record).not.toHaveProperty('reply');
    expect(posted[3]).toMatchObject({ record: { text: 'a', reply: { root: first, parent: first } } });
  });

  it('links and tags are marked by the bytes where they stand', async () => {
    await ports.send(out({ content: 'é https://a.example/b. #tag' }));
    expect(posted).toMatchObject([
      {
        record: {
          facets: [
            { index: { byteStart: 3, byteEnd: 22 }, features: [{ uri: 'https://a.example/b' }] },
            { index: { byteStart: 24, byteEnd: 28 }, features: [{ tag: 'tag' }] },
          ],
        },
      },
    ]);
  });

  it('a session that has ended is begun again', async () => {
    next.push({ status: 400, body: '{"error":"ExpiredToken","message":"Token has expired"}' });
    const before = sessions;
    await ports.send(out());
    expect([posted.length, sessions > before]).toEqual([1, true]);
    expect(ports.events).toMatchObject([{ event_type: 'ack' }]);
  });

  it.each<[string, Partial<UserMessage>, ScriptedAnswer[], string]>([
    ['to somebody who has not written', { to_addr: 'did:plc:a' }, [], 'only who has written can be answered'],
    ['without text', { content: null }, [], 'the message has no text'],
    [
      'that the server refuses',
      {},
      [{ status: 400, body: '{"error":"InvalidRequest","message":"no"}' }],
      'InvalidRequest: no',
    ],
  ])('a message %s is a nack', async (_label, fields, answers, reason) => {
    next.push(...answers);
    await ports.send(out(fields));
    expect(ports.events).toMatchObject([
      { event_type: 'nack', nack_reason: expect.stringContaining(reason) },
    ]);
    expect(posted).toEqual([]);
  });
});
