import { expect, it } from 'vitest';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';

const QUESTIONS = 20;
/** Numbers the questions, and counts how often each of its effects happened. */
const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const heard = [];
    for (let number = 1; number <= ${QUESTIONS}; number += 1) {
      await app.state.increment('asked ' + number);
      heard.push(await app.ask('Question ' + number + '?'));
    }
    return 'Heard ' + heard.join(' ');
  },
});`;

/** Spec authoring §11.1. */
it('a conversation of 20 questions survives kill -9, with each text and each effect once', async () => {
  const peer = await SmscPeer.start();
  await using place = await createPlace();
  const { port } = peer;
  const config = { host: '127.0.0.1', port, system_id: 'vumi', password: 'secret' };
  await using platform = await PlatformProcess.create(place, {
    transports: { peer: { type: 'smpp', ...config } },
  });
  await platform.start();
  const { client } = platform;
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/talk', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/clinic/routes/talk', {
    app: 'talk',
    transport: 'peer',
    to_addr: '8000',
  });
  await eventually(() => peer.isBound, Boolean);

  const user = '27761234567';
  const heard = (): string[] => peer.submitted.map(({ text }) => text);
  const said: string[] = [];
  for (let number = 0; number <= QUESTIONS; number += 1) {
    const text = `a${number}`;
    if (number > 0) said.push(text);
    await peer.deliver(user, '8000', text);
    // Before, while and after the answer is made and sent.
    if (number % 6 === 2) {
      await platform.kill('SIGKILL');
      await platform.start();
    }
    const wanted = number === QUESTIONS ? `Heard ${said.join(' ')}` : `Question ${number + 1}?`;
    await eventually(heard, (texts) => texts.includes(wanted), 60_000);
  }
  const texts = [
    ...Array.from({ length: QUESTIONS }, (_, index) => `Question ${index + 1}?`),
    `Heard ${said.join(' ')}`,
  ];
  expect(heard()).toEqual(texts);
  for (let number = 1; number <= QUESTIONS; number += 1)
    expect(
      (await client.must('GET', `/accounts/clinic/apps/talk/state/${encodeURIComponent(`asked ${number}`)}`))
        .value,
    ).toBe(1);
  await peer[Symbol.asyncDispose]();
});
