import {
  createUserMessage,
  reply,
  stampMessage,
  TEXT_ONLY,
  type RichLimits,
  type Transit,
  type UserMessage,
} from '@vumi/core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TransportRow } from '@vumi/store';
import { createSegmentCounts } from '../credits/count-segments.ts';
import { createOffers } from '../offers.ts';
import { createLimitsOf } from '../rich-limits.ts';
import { createButtons } from './buttons.ts';
import { mapState, message, pass, sent } from './passing.fixture.ts';

const QUIZ = { account: 'demo', app: 'quiz' };
const SHOP = { account: 'demo', app: 'shop' };
const BUTTONS = [{ title: 'Yes', payload: 'y' }, { title: 'Não' }, { title: '10 rand' }];
const WITH_BUTTONS: RichLimits = { quickReplies: { most: 3, title: 20, text: 1000 }, media: true };
const MMS = { mms: true };
const ROWS: Readonly<Record<string, TransportRow>> = {
  smsc: { name: 'smsc', type: 'sms', config: {} },
  chat: { name: 'chat', type: 'chat', config: {} },
  plain: { name: 'plain', type: 'gateway', config: {} },
  mms: { name: 'mms', type: 'gateway', config: MMS },
};
const limitsOf = createLimitsOf(
  {
    sms: {},
    chat: { limits: () => WITH_BUTTONS },
    gateway: { limits: (config) => ({ ...TEXT_ONLY, media: config === MMS }) },
  },
  { transport: (name) => ROWS[name] ?? null },
);

let middleware: ReturnType<typeof createButtons>;

beforeEach(() => {
  middleware = createButtons({ offers: createOffers(mapState(), { prefix: 'offer/' }), limitsOf });
});

async function passed(transit: Transit): Promise<UserMessage> {
  const [following] = await pass(middleware, transit);
  if (following === undefined) throw new Error('nothing was passed on');
  return following.message as UserMessage;
}

const from = (app: typeof QUIZ, content: string | null, fields: Partial<UserMessage> = {}): UserMessage =>
  stampMessage(message({ content, ...fields }), { ...app });

async function says(
  app: typeof QUIZ,
  content: string,
  send?: object,
  transport = 'smsc',
): Promise<UserMessage> {
  const said = reply(from(app, 'hi', { transport_name: transport }), content, {
    fields: send === undefined ? {} : { helper_metadata: { send } },
  });
  return passed(sent('outbound', transport, stampMessage(said, { ...app })));
}

async function hears(message: UserMessage): Promise<[string | null, unknown]> {
  const { content, helper_metadata } = await passed(sent('inbound', 'q', message));
  return [content, helper_metadata['received']];
}

describe('an answer to numbered buttons', () => {
  it.each([
    ['1', 'Yes', { payload: 'y', typed: '1' }],
    [' 1. ', 'Yes', { payload: 'y', typed: ' 1. ' }],
    ['１', 'Yes', { payload: 'y', typed: '１' }],
    ['٢', 'Não', { typed: '٢' }],
    ['(2)', 'Não', { typed: '(2)' }],
    ['YES', 'Yes', { payload: 'y', typed: 'YES' }],
    ['não ', 'Não', { typed: 'não ' }],
    ['Yes', 'Yes', { payload: 'y' }],
    ['4', '4', undefined],
    ['0', '0', undefined],
    ['10', '10', undefined],
    ['yes please', 'yes please', undefined],
    ['', '', undefined],
    [null, null, undefined],
  ])('%j is %j', async (typed, content, received) => {
    const shown = await says(QUIZ, 'Coming?', { quick_replies: BUTTONS });
    expect(shown.content).toBe('Coming?\n1. Yes\n2. Não\n3. 10 rand');
    expect(await hears(from(QUIZ, typed))).toEqual([content, received]);
  });

  it('counts whichever way the number of the user is written, again too, and for nobody else', async () => {
    await says(QUIZ, 'Coming?', { quick_replies: BUTTONS });
    expect((await hears(from(QUIZ, '1', { from_addr: '27761234567' })))[0]).toBe('Yes');
    expect((await hears(from(QUIZ, '1')))[0]).toBe('Yes');
    expect((await hears(from(SHOP, '1')))[0]).toBe('1');
    expect((await hears(from(QUIZ, '1', { from_addr: '+27761234568' })))[0]).toBe('1');
    expect((await hears(from(QUIZ, '1', { transport_name: 'chat' })))[0]).toBe('1');
  });

  it('counts while it is the last thing that the app said', async () => {
    await says(QUIZ, 'Coming?', { quick_replies: BUTTONS });
    await says(SHOP, 'Welcome to the shop');
    expect((await hears(from(QUIZ, '1')))[0]).toBe('Yes');
    await says(QUIZ, 'How old are you?');
    expect((await hears(from(QUIZ, '1')))[0]).toBe('1');
    await says(QUIZ, 'Coming?', { quick_replies: BUTTONS });
    await says(QUIZ, 'Which?', { quick_replies: [{ title: 'Red' }] });
    expect((await hears(from(QUIZ, '1')))[0]).toBe('Red');
    await says(QUIZ, 'See', { attachments: [{ url: 'https://vumi.example/a' }] });
    expect((await hears(from(QUIZ, '1')))[0]).toBe('1');
  });
});

describe('on a network with buttons', () => {
  it('they stay what they are; a typed title presses one, a number does not', async () => {
    const shown = await says(QUIZ, 'Coming?', { quick_replies: BUTTONS }, 'chat');
    expect(shown.content).toBe('Coming?');
    expect(shown.helper_metadata['send']).toEqual({ quick_replies: BUTTONS });
    const answer = (typed: string, received?: object): UserMessage => {
      const fields = received === undefined ? {} : { helper_metadata: { received } };
      return stampMessage(message({ content: typed, transport_name: 'chat', ...fields }), { ...QUIZ });
    };
    expect(await hears(answer('yes'))).toEqual(['Yes', { payload: 'y', typed: 'yes' }]);
    expect(await hears(answer('1'))).toEqual(['1', undefined]);
    expect(await hears(answer('Yes', { payload: 'y' }))).toEqual(['Yes', { payload: 'y' }]);
    expect(await hears(answer('Não', { payload: '1' }))).toEqual(['Não', {}]);
    expect(await hears(answer('Old', { payload: 'o' }))).toEqual(['Old', { payload: 'o' }]);
  });
});

it('a file stays what it is where this transport of its type can show one', async () => {
  const file = { url: 'https://vumi.example/a' };
  const [plain, mms] = [
    await says(QUIZ, 'See', { attachments: [file] }, 'plain'),
    await says(QUIZ, 'See', { attachments: [file] }, 'mms'),
  ];
  expect([plain.content, mms.content]).toEqual(['See\nhttps://vumi.example/a', 'See']);
  expect(mms.helper_metadata['send']).toEqual({ attachments: [file] });
});

it('what is wrong beside the text refuses the message, by its name', async () => {
  await expect(says(QUIZ, 'x', { quick_replies: [{ title: '' }] })).rejects.toThrow(
    'helper_metadata.send.quick_replies.0.title',
  );
});

it('segments are counted of what is sent', () => {
  const count = createSegmentCounts(
    {
      sms: {
        countSegments:
          () =>
          ({ content }) =>
            Math.ceil((content ?? '').length / 160),
      },
    },
    { transport: () => ({ name: 'smsc', type: 'sms', config: {} }) },
  );
  const said = createUserMessage({ to_addr: 'U', from_addr: '8000', content: 'x'.repeat(155) });
  expect(count(said, 'smsc', 'outbound')).toBe(1);
  const offered = { ...said, helper_metadata: { send: { quick_replies: BUTTONS } } };
  expect(count(offered, 'smsc', 'outbound')).toBe(2);
});
