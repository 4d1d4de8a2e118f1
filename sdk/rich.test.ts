import { expectTypeOf, test } from 'vitest';
import type { EventApp, Message, Received } from './index.ts';

type Reply = Message['reply'];
type ReplyOptions = NonNullable<Parameters<Reply>[1]>;
type SendOptions = NonNullable<Parameters<EventApp['send']>[2]>;

test('a reply takes buttons as titles or with payloads, files and a template', () => {
  expectTypeOf({
    buttons: ['Yes', { title: 'No', payload: 'n', description: 'not today' }],
  }).toExtend<ReplyOptions>();
  expectTypeOf({
    attachments: [{ url: 'https://vumi.example/a.png', caption: 'A map' }],
  }).toExtend<SendOptions>();
  expectTypeOf({ template: { name: 'hello', language: 'en', variables: ['Ann'] } }).toExtend<SendOptions>();
});

test('what is none of them does not compile', () => {
  expectTypeOf({ buttons: 'Yes' }).not.toExtend<ReplyOptions>();
  expectTypeOf({ buttons: [{ payload: 'n' }] }).not.toExtend<ReplyOptions>();
  expectTypeOf({ buttons: [1] }).not.toExtend<ReplyOptions>();
  expectTypeOf({ attachments: ['https://vumi.example/a.png'] }).not.toExtend<ReplyOptions>();
  expectTypeOf({ template: { name: 'hello' } }).not.toExtend<SendOptions>();
});

test('a message has what came beside its text', () => {
  expectTypeOf<Message['received']>().toEqualTypeOf<Received>();
  expectTypeOf<Received['payload']>().toEqualTypeOf<string | undefined>();
});
