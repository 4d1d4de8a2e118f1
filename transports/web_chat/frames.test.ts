import { createUserMessage } from '@vumi/core';
import { expect, it } from 'vitest';
import { framesOf, readFrame } from './frames.ts';

const wrong = (why: string) => ({ kind: 'wrong', why: expect.stringContaining(why) as string });

it.each([
  ['{"hello":true}', { kind: 'hello', session: null, token: undefined, last: null }],
  [
    '{"hello":{"last":"m1","lang":"sw"},"session":"s","token":"t","v":2}',
    { kind: 'hello', session: 's', token: 't', last: 'm1' },
  ],
  ['{"hello":{"last":null},"session":null}', { kind: 'hello', session: null, token: undefined, last: null }],
  ['{"hello":1}', wrong('"hello"')],
  ['{"id":"c1","text":"hi"}', { kind: 'text', id: 'c1', text: 'hi', payload: undefined }],
  ['{"id":"c1","text":"Yes","payload":"y","more":1}', { kind: 'text', id: 'c1', text: 'Yes', payload: 'y' }],
  ['{"id":"c 1","text":"hi"}', wrong('"id"')],
  ['{"id":"c1"}', wrong('"text"')],
  ['{"id":1,"text":"hi"}', wrong('"id"')],
  ['{"id":"c1","text":"hi","payload":""}', wrong('"payload"')],
  ['{"got":"m1"}', { kind: 'got', id: 'm1' }],
  ['{"got":7}', wrong('"got"')],
  ['{"ping":true}', { kind: 'ping' }],
  ['[]', wrong('a JSON object')],
  ['null', wrong('a JSON object')],
  ['{', wrong('a JSON object')],
])('a page says %s', (data, frame) => {
  expect(readFrame(data)).toEqual(frame);
});

const FILE = { url: 'https://media.example/a.png', caption: 'A map' };

it.each([
  ['a text', { content: 'hi\r\nyou' }, [{ id: 'm1', text: 'hi\nyou' }]],
  [
    'buttons',
    { content: 'Coming?', helper_metadata: { send: { quick_replies: [{ title: 'Yes', payload: 'y' }] } } },
    [{ id: 'm1', text: 'Coming?', quick_replies: [{ title: 'Yes', payload: 'y' }] }],
  ],
  [
    'a picture alone',
    { content: null, helper_metadata: { send: { attachments: [FILE] } } },
    [{ id: 'm1', text: '', attachments: [{ ...FILE, kind: 'image' }] }],
  ],
  [
    'the end of a session',
    { content: 'Bye', session_event: 'close' },
    [{ id: 'm1', text: 'Bye', end: true }],
  ],
  [
    'a text of 4,097 characters, which are no halves of one',
    { content: `${'é'.repeat(4000)} ${'😀'.repeat(96)}` },
    [
      { id: 'm1/1', text: 'é'.repeat(4000) },
      { id: 'm1', text: '😀'.repeat(96) },
    ],
  ],
  ['nothing', { content: ' ' }, { refused: 'the message has no text' }],
  [
    'a file of this machine',
    { content: 'x', helper_metadata: { send: { attachments: [{ url: 'file:///etc/passwd' }] } } },
    { refused: expect.stringContaining('attachments.0.url') as string },
  ],
] as const)('pages get %s', (_label, fields, frames) => {
  const message = createUserMessage({ message_id: 'm1', to_addr: 's', from_addr: 'web', ...fields });
  expect(framesOf(message)).toEqual(frames);
});
