import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { ScriptedServer, type SeenRequest } from '@vumi/http/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { mastodonEvent, mastodonPost } from '../testing/mastodon-double.ts';
import type { Transport } from '../transport-type.ts';
import { mastodonConfigSchema, type MastodonConfig } from './config.ts';
import { mastodonTransport } from './mastodon.ts';
import { streamOf } from './streams.ts';

const OPTIONS = { base_url: 'https://a.example/', access_token: 'secret', screen_name: 'bot' };
const config = (more: object = {}): MastodonConfig => mastodonConfigSchema.parse({ ...OPTIONS, ...more });
const about = { token: '' };

/** What one text of the stream says. */
function hear(frame: object, more: object = {}) {
  const given = config(more);
  return streamOf(given).read(JSON.stringify(frame), given, about);
}

const mentioned = (text: string, more: object = {}) =>
  mastodonEvent(['user:notification'], 'notification', {
    id: '70',
    type: 'mention',
    status: mastodonPost({ id: '7', from: 'al', text, mentions: ['bot'], more }),
  });

describe('a stream', () => {
  it('is opened with the token in a header, and asked for what is listened for', () => {
    const given = config({ terms: ['#Clinic', 'free beds'] });
    const { url, headers, greetings } = streamOf(given).open(given, { ...about, offset: null });
    expect([url, headers]).toEqual([
      'https://a.example/api/v1/streaming',
      { authorization: 'Bearer secret' },
    ]);
    expect(greetings?.map((text) => JSON.parse(text) as unknown)).toEqual([
      { type: 'subscribe', stream: 'user:notification' },
      { type: 'subscribe', stream: 'direct' },
      { type: 'subscribe', stream: 'hashtag', tag: 'clinic' },
      { type: 'subscribe', stream: 'public' },
    ]);
    const elsewhere = config({ streaming_url: 'wss://streams.example' });
    expect(streamOf(elsewhere).open(elsewhere, { ...about, offset: null }).url).toBe(
      'wss://streams.example/api/v1/streaming',
    );
  });

  it.each([
    ['a mention', mentioned('@bot hi'), { content: 'hi', to_addr: '@bot' }],
    ['a mention with our server', mentioned('@bot@a.example: hi'), { content: 'hi', to_addr: '@bot' }],
    ['a mention in the middle', mentioned('hi @bot'), { content: 'hi @bot', to_addr: '@bot' }],
    [
      'a direct message',
      mastodonEvent(['direct'], 'conversation', {
        id: '1',
        last_status: mastodonPost({
          id: '7',
          from: 'al',
          text: '@bot hi',
          mentions: ['bot'],
          more: { visibility: 'direct' },
        }),
      }),
      { content: 'hi', to_addr: '@bot' },
    ],
    [
      'a post with a tag',
      mastodonEvent(['hashtag', 'vumi'], 'update', mastodonPost({ id: '7', from: 'al', text: 'a #vumi' })),
      { content: 'a #vumi', to_addr: 'NO_USER' },
    ],
  ])('brings %s', (_label, frame, fields) => {
    expect(hear(frame)?.readings).toMatchObject([
      { kind: 'message', id: '7', fields: { from_addr: '@al', ...fields } },
    ]);
  });

  it.each([
    ['a deletion', { event: 'delete', payload: '7' }],
    ['an edit', mastodonEvent(['user'], 'status.update', mastodonPost({ id: '7', from: 'al', text: 'hi' }))],
    ['a follower', mastodonEvent(['user:notification'], 'notification', { id: '1', type: 'follow' })],
    [
      'our own post',
      mastodonEvent(['hashtag', 'vumi'], 'update', mastodonPost({ id: '7', from: 'Bot', text: '#vumi' })),
    ],
    [
      'a repeated post',
      mastodonEvent(
        ['hashtag', 'vumi'],
        'update',
        mastodonPost({ id: '7', from: 'al', text: '#vumi', more: { reblog: { id: '6' } } }),
      ),
    ],
    [
      'a post without the words',
      mastodonEvent(['public'], 'update', mastodonPost({ id: '7', from: 'al', text: 'free' })),
    ],
  ])('brings nothing of %s', (_label, frame) => {
    expect(hear(frame, { terms: ['free beds'] })?.readings ?? []).toEqual([]);
  });

  it('brings a post with the words, and the files of one', () => {
    const media_attachments = [{ type: 'image', url: 'https://m.example/1.jpg', description: 'a cat' }];
    const post = mastodonPost({
      id: '7',
      from: 'al@b.example',
      text: 'Beds are FREE',
      more: { media_attachments },
    });
    const heard = hear(mastodonEvent(['public'], 'update', post), { terms: ['free beds'] });
    expect(heard).toMatchObject({
      readings: [
        {
          fields: {
            from_addr: '@al@b.example',
            transport_metadata: { mastodon: { status_id: '7', visibility: 'public' } },
            helper_metadata: {
              received: {
                attachments: [
                  { content_type: 'image/jpeg', url: 'https://m.example/1.jpg', caption: 'a cat' },
                ],
              },
            },
          },
        },
      ],
      offsets: { public: '7' },
    });
  });
});

describe('with a server', () => {
  let server: ScriptedServer;
  let ports: MemoryPorts;
  let transport: Transport;
  const posted: Record<string, unknown>[] = [];
  const keys: unknown[] = [];
  let refusal: { readonly status: number; readonly body: string } | null;

  /** Streams are none of its business: it refuses each. */
  function answer({ method, body, headers }: SeenRequest) {
    if (method === 'POST') {
      if (refusal !== null) return refusal;
      posted.push(JSON.parse(body) as Record<string, unknown>);
      keys.push(headers['idempotency-key']);
      return { status: 200, body: JSON.stringify({ id: `s${posted.length}` }) };
    }
    return { status: 404 };
  }

  const start = async (more: object = {}): Promise<void> => {
    const options = { ...OPTIONS, base_url: server.url, allow_private: true, ...more };
    transport = await mastodonTransport.start(options, ports);
  };

  beforeEach(async () => {
    server = await ScriptedServer.start();
    server.answer = answer;
    ports = new MemoryPorts('net');
    [refusal, posted.length, keys.length] = [null, 0, 0];
  });
  afterEach(async () => {
    await transport[Symbol.asyncDispose]();
    await ports.http[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const out = (fields: Partial<UserMessage> = {}): UserMessage =>
    createUserMessage({ message_id: 'm1', to_addr: '@al', from_addr: '@bot', content: 'yo', ...fields });

  it('a post has the name of who is to see it, an id of ours, and is seen by whom we say', async () => {
    await start({ visibility: 'private' });
    await ports.send(out());
    await ports.send(out({ message_id: 'm2', to_addr: 'NO_USER' }));
    expect(posted).toEqual([
      { status: '@al yo', visibility: 'private' },
      { status: 'yo', visibility: 'private' },
    ]);
    expect(keys).toEqual(['m1', 'm2']);
    expect(ports.events).toMatchObject([
      { event_type: 'ack', sent_message_id: 's1' },
      { sent_message_id: 's2' },
    ]);
  });

  it('an answer goes below the post, to those who see that', async () => {
    await start();
    const heard = hear(mentioned('@bot hi', { visibility: 'direct' }));
    const [reading] = heard?.readings ?? [];
    if (reading?.kind !== 'message') throw new Error('nothing was heard');
    await ports.send({ ...reply(createUserMessage(reading.fields), 'yo'), message_id: 'm1' });
    expect(posted).toEqual([{ status: '@al yo', visibility: 'direct', in_reply_to_id: '7' }]);
  });

  it('a long text is a thread, each of which names who is to see it', async () => {
    await start({ max_length: 20 });
    await ports.send(out({ content: 'one two three four five six' }));
    expect(posted).toEqual([
      { status: '@al one two three', visibility: 'unlisted' },
      { status: '@al four five six', visibility: 'unlisted', in_reply_to_id: 's1' },
    ]);
    expect(keys).toEqual(['m1', 'm1/1']);
    expect(ports.events).toMatchObject([{ event_type: 'ack', sent_message_id: 's1,s2' }]);
  });

  it('a link counts as the server counts links, whatever its length', async () => {
    const link = `https://vumi.example/${'a'.repeat(60)}`;
    await start({ max_length: 40 });
    await ports.send(out({ content: `see ${link} today` }));
    expect(posted).toMatchObject([{ status: `@al see ${link} today` }]);
    await ports.send(out({ message_id: 'm2', content: `you can see ${link} today` }));
    expect(posted.slice(1)).toMatchObject([{ status: `@al you can see ${link}` }, { status: '@al today' }]);
    await transport[Symbol.asyncDispose]();
    await start({ max_length: 40, characters_reserved_per_url: 30 });
    await ports.send(out({ message_id: 'm3', content: `see ${link} today` }));
    expect(posted.slice(3)).toMatchObject([{ status: `@al see ${link}` }, { status: '@al today' }]);
  });

  it.each([
    ['too long', { to_addr: `@${'a'.repeat(500)}` }, /no room/],
    ['empty', { content: ' ' }, /no text/],
  ])('a text that is %s is refused', async (_label, fields, reason) => {
    await start();
    await ports.send(out(fields));
    expect(ports.events).toMatchObject([{ event_type: 'nack', nack_reason: expect.stringMatching(reason) }]);
    expect(posted).toEqual([]);
  });

  it('what the server refuses is a nack that says why', async () => {
    await start();
    refusal = { status: 422, body: '{"error":"Validation failed: Text can\'t be blank"}' };
    await ports.send(out());
    expect(ports.events).toMatchObject([
      { event_type: 'nack', nack_reason: "422: Validation failed: Text can't be blank" },
    ]);
  });
});
