import { describe, expect, it } from 'vitest';
import { createUserMessage, reply } from '../message.ts';
import { inText, TEXT_ONLY, type RichLimits } from './in-text.ts';
import { readRich } from './send.ts';

const message = (send: unknown, content: string | null = 'Coming?') =>
  createUserMessage({ to_addr: 'U', from_addr: '8000', content, helper_metadata: { send, other: 1 } });
const YES_NO = [{ title: 'Yes', payload: 'y' }, { title: 'No' }];
const PICTURE = { url: 'https://vumi.example/a.png', caption: 'A map' };
const BUTTONS: RichLimits = { quickReplies: { most: 3, title: 5, text: 10 }, media: true };

describe('what a message has beside its text', () => {
  it('is nothing where it says nothing', () => {
    expect(readRich({ helper_metadata: {} })).toEqual({ attachments: [], quick_replies: [] });
  });

  it.each([
    ['a list', [], 'helper_metadata.send'],
    ['an unknown member', { button: [] }, 'helper_metadata.send.button'],
    ['a button without a title', { quick_replies: [{}] }, 'helper_metadata.send.quick_replies.0.title'],
    ['a blank title', { quick_replies: [{ title: ' ' }] }, 'helper_metadata.send.quick_replies.0.title'],
    [
      'a payload of 65 bytes',
      { quick_replies: [{ title: 'a', payload: `${'é'.repeat(32)}x` }] },
      'helper_metadata.send.quick_replies.0.payload',
    ],
    [
      'eleven buttons',
      { quick_replies: Array.from({ length: 11 }, () => ({ title: 'a' })) },
      'helper_metadata.send.quick_replies',
    ],
    [
      'a file of this machine',
      { attachments: [{ url: 'file:///etc/passwd' }] },
      'helper_metadata.send.attachments.0.url',
    ],
    ['a template without a language', { template: { name: 'x' } }, 'helper_metadata.send.template.language'],
  ])('is refused by its name: %s', (_name, send, field) => {
    expect(() => readRich(message(send))).toThrow(
      expect.objectContaining({ code: 'message.invalid_field', field }) as Error,
    );
  });

  it('does not go back with a reply, and what was received does', () => {
    const inbound = { ...message({ quick_replies: YES_NO }) };
    expect(reply(inbound, 'ok').helper_metadata).toEqual({ other: 1 });
    const photo = { ...inbound, helper_metadata: { received: { payload: 'y' } } };
    expect(reply(photo, 'ok').helper_metadata).toEqual({ received: { payload: 'y' } });
  });
});

describe('as text', () => {
  it.each([
    ['buttons are numbered lines', { quick_replies: YES_NO }, 'Coming?', 'Coming?\n1. Yes\n2. No'],
    ['without a text, too', { quick_replies: YES_NO }, null, '1. Yes\n2. No'],
    [
      'with what describes them',
      { quick_replies: [{ title: 'Red', description: 'a colour' }] },
      'Which?',
      'Which?\n1. Red - a colour',
    ],
    [
      'files are their addresses',
      { attachments: [PICTURE, { url: 'http://vumi.example/b' }] },
      'See',
      'See\nA map https://vumi.example/a.png\nhttp://vumi.example/b',
    ],
    ['a template is its text', { template: { name: 'x', language: 'en' } }, 'Hello', 'Hello'],
  ])('%s', (_name, send, content, right) => {
    const given = message(send, content);
    expect(inText(given, readRich(given), TEXT_ONLY).content).toBe(right);
  });

  it('nothing is shown twice: what is text is nothing else any more', () => {
    const given = message({ quick_replies: YES_NO, attachments: [PICTURE] });
    const shown = inText(given, readRich(given), TEXT_ONLY);
    expect(shown.helper_metadata).toEqual({ other: 1 });
    expect(inText(shown, readRich(shown), TEXT_ONLY)).toBe(shown);
  });

  it.each([
    ['fits', YES_NO, 'Coming?', 'Coming?'],
    ['has four', [...YES_NO, ...YES_NO], 'Coming?', 'Coming?\n1. Yes\n2. No\n3. Yes\n4. No'],
    ['has a long title', [{ title: 'Please' }], 'Coming?', 'Coming?\n1. Please'],
    ['has a long text', YES_NO, 'Coming today?', 'Coming today?\n1. Yes\n2. No'],
  ])('on a network of three short buttons, one that %s', (_name, quick_replies, content, right) => {
    const given = message({ quick_replies, attachments: [PICTURE] }, content);
    const shown = inText(given, readRich(given), BUTTONS);
    expect(shown.content).toBe(right);
    expect(readRich(shown).attachments).toHaveLength(1);
    expect(readRich(shown).quick_replies).toHaveLength(right === content ? quick_replies.length : 0);
  });
});
