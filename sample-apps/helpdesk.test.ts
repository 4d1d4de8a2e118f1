import { openWorld } from '@vumi/sdk/testing';
import { expect, test } from 'vitest';

const folder = `${import.meta.dirname}/helpdesk`;
const DESK = '+27821234567';

test('a question is kept until it is answered, and the desk hears of it', async () => {
  await using world = await openWorld(folder);
  world.config.set('staff', [DESK]);
  const thandi = world.phone('+27761234567');
  await thandi.type('ask', 'When does the clinic open?');
  expect(thandi.screen?.text).toBe('Thank you. It is question 1; the answer comes by SMS.');
  expect(await world.state.get('question:1')).toMatchObject({ from: '+27761234567', number: 1 });
  expect(world.sends.filter(({ to }) => to === DESK).map(({ text }) => text)).toEqual([
    'Question 1 waits. Write: ask',
  ]);
});

test('only who belongs to the desk is asked for answers', async () => {
  await using world = await openWorld(folder);
  world.config.set('staff', [DESK]);
  const desk = world.phone(DESK);
  await desk.text('ask');
  expect(desk.screen?.text).toBe('No question waits.');
  const thandi = world.phone('+27761234567');
  await thandi.text('ask');
  expect(thandi.screen?.text).toBe('Help desk. What is your question?');
});

test('what is answered on the page goes out as SMS, once, and the rest stays', async () => {
  await using world = await openWorld(folder);
  world.config.set('staff', [DESK, '+27827654321']);
  const thandi = world.phone('+27761234567');
  const sipho = world.phone('+27769999999');
  await thandi.type('ask', 'When does the clinic open?');
  await sipho.type('ask', 'Is there water?');
  const desk = world.phone(DESK);
  const other = world.phone('+27827654321');
  await desk.text('ask');
  await other.text('ask');
  const page = await desk.open();
  expect(page.scopes).toContain('user:read:open');
  expect(await world.user(desk).get('open')).toMatchObject([{ number: 1 }, { number: 2 }]);
  await page.answer([
    { number: 1, text: 'At 8.' },
    { number: 2, text: ' ' },
    { number: 7, text: 'Nobody asked.' },
  ]);
  expect(desk.screen?.text).toBe('1 answer was sent.');
  expect(thandi.inbox.at(-1)?.text).toBe('At 8.\n(You asked: When does the clinic open?)');
  // Of the other one's page, which is older than the answer.
  await (await other.open()).answer([{ number: 1, text: 'At 9.' }]);
  expect(other.screen?.text).toBe('0 answers were sent.');
  expect(thandi.inbox.filter(({ text }) => text.startsWith('At '))).toHaveLength(1);
  await desk.text('ask');
  expect(desk.screen?.text).toContain('1 question waits:');
});
