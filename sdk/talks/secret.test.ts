import { expect, it } from 'vitest';
import { SECRET_MARK } from '@vumi/core/talks';
import { defineApp, pin } from '../index.ts';
import { FakePhone } from './fake-phone.fixture.ts';

const bank = defineApp({
  interrupts: { help: 'Call 0800 111.' },
  async onConversation(app) {
    const code = await app.ask('Your PIN?', { as: pin(), secret: true });
    const name = await app.ask('Your name?');
    return `${name}: ${code.length} digits`;
  },
});

async function asked(phone: FakePhone, text: string): Promise<unknown> {
  const [said] = await phone.hear(text);
  return said === undefined ? undefined : [said.text, said.waits?.secret];
}

it('a secret question says so each time it is asked, and the next one does not', async () => {
  const phone = new FakePhone(bank);
  expect(await asked(phone, 'hi')).toEqual(['Your PIN?', true]);
  expect(await asked(phone, 'none')).toEqual(['Sorry, that is not an answer.\nYour PIN?', true]);
  expect(await asked(phone, 'help')).toEqual(['Call 0800 111.\nYour PIN?', true]);
  expect(await asked(phone, '4821')).toEqual(['Your name?', undefined]);
  expect(await phone.say('Thandi')).toBe('Thandi: 4 digits [end]');
});

it('is marked where the conversation remembers it, and so is what a visited screen made of it', async () => {
  const phone = new FakePhone({
    screens: {
      async start(app) {
        const code = await app.visit<string>('code');
        const name = await app.ask('Your name?');
        return `${name}: ${code}`;
      },
      code: async (app) => app.value(`<${await app.ask('Your PIN?', { secret: true })}>`),
    },
  });
  const remembered = (): string => JSON.stringify([...phone.state.values()]);
  for (const text of ['hi', '4821']) await phone.say(text);
  expect(remembered()).toContain(`{"${SECRET_MARK}":["<4821>",null]}`);
  expect(remembered().split('4821')).toHaveLength(2);
  expect(await phone.say('Thandi')).toBe('Thandi: <4821> [end]');

  const straight = new FakePhone(bank);
  for (const text of ['hi', '4821']) await straight.say(text);
  expect(JSON.stringify([...straight.state.values()])).toContain(`{"${SECRET_MARK}":"4821"}`);
});
