import { expect, it } from 'vitest';
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
