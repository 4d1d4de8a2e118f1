import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';

const USERS = 1000;
const SORRY = 'END please dial again';
const AGAIN_MS = 100;
const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    if (message.session_event === 'new') return message.reply('Name?');
    const seen = await app.user.increment('seen');
    await message.reply('re: ' + message.content + ' #' + seen, { end: true });
  },
});
`;

/** A step as the network asks it: again and again until it is answered. */
async function ask(url: string, fields: Record<string, string>): Promise<string> {
  for (;;) {
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) }).catch(() => null);
    const text = await answer?.text().catch(() => null);
    if (answer?.status === 200 && typeof text === 'string') return text;
    await pause(AGAIN_MS);
  }
}

/** What is killed with its steps is answered when the network asks again, by a reply or a last screen, and counted once. */
it('kill -9 in the middle of 1,000 held steps of USSD', async () => {
  await using place = await createPlace();
  const ussd = {
    type: 'africastalking_ussd',
    secret_path: '',
    request_timeout: 10,
    timeout_message: 'please dial again',
    error_message: 'please dial again',
  };
  await using platform = await PlatformProcess.create(place, { transports: { ussd } });
  await platform.start();
  const { client } = platform;
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/menu', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/clinic/routes/menu', {
    app: 'menu',
    transport: 'ussd',
    to_addr: '*384#',
  });
  const url = `${client.url}/hooks/ussd`;

  let ended = 0;
  const talk = async (index: number): Promise<string> => {
    const user = {
      sessionId: `s${index}`,
      phoneNumber: `+2547${String(index).padStart(8, '0')}`,
      serviceCode: '*384#',
      networkCode: '63902',
    };
    const first = await ask(url, { ...user, text: '' });
    const last = first === 'CON Name?' ? await ask(url, { ...user, text: `n${index}` }) : first;
    ended += 1;
    return last;
  };
  const talks = Promise.all(Array.from({ length: USERS }, (_, index) => talk(index)));
  await eventually(
    () => ended,
    (count) => count >= USERS / 4,
  );
  await platform.kill('SIGKILL');
  await platform.start();
  const lasts = await talks;

  const wrong = lasts.filter((text, index) => text !== `END re: n${index} #1` && text !== SORRY);
  expect(wrong).toEqual([]);
  expect(lasts.filter((text) => text !== SORRY).length).toBeGreaterThan(USERS / 4 - 1);
});
