import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { simulatedPhone } from '../simulated-phone.ts';

const CLINIC = `export default {
  async onConversation(app) {
    const name = await app.ask('Your name?');
    const wish = await app.choose('What?', { quiz: 'Quiz', food: 'Food' });
    return name + ' ' + wish;
  },
};`;
const QUIZ = `export default { async onMessage(message) { await message.reply('quiz: ' + message.content); } };`;

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform();
  const { client } = world;
  const config = { host: '127.0.0.1', port: world.platform.api?.smscPort, system_id: 'x', password: 'x' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'demo' });
  for (const [app, worker] of [
    ['clinic', CLINIC],
    ['quiz', QUIZ],
  ] as const) {
    await client.must('PUT', `/accounts/demo/apps/${app}`, zipOf({ 'workers/worker.js': worker }));
    const route = { app, transport: 'smsc', to_addr: '4000', keyword: app };
    await client.must('PUT', `/accounts/demo/routes/${app}`, route);
  }
});

afterAll(() => world[Symbol.asyncDispose]());

const phone = (from: string) => simulatedPhone(world.client, from, '4000');

it("an answer that begins with another app's keyword is an answer", async () => {
  const say = phone('+27761234567');
  expect(await say('clinic')).toBe('Your name?');
  expect(await say('Quiz master Thandi')).toBe('What?\n1. Quiz\n2. Food');
  // An option of the open question.
  expect(await say('quiz')).toBe('Quiz master Thandi quiz');
  // Nothing is open any more.
  expect(await say('Quiz master Thandi')).toBe('quiz: Quiz master Thandi');
});

it("another app's keyword alone leaves the conversation, and an app that has none is left as ever", async () => {
  const say = phone('+27761234568');
  expect(await say('clinic')).toBe('Your name?');
  expect(await say('Quiz')).toBe('quiz: Quiz');
  expect(await say('master Thandi')).toBe('quiz: master Thandi');
  expect(await say('clinic in town')).toBe('What?\n1. Quiz\n2. Food');
});
