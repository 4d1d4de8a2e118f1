import { SET_UPS } from '@vumi/transports/testing';
import { expect, it } from 'vitest';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message) {
    await message.reply('re: ' + message.content);
  },
});
`;
const MANY = 150;
const KILLED_AT = [40, 100];
const PATIENCE_MS = 60_000;

const people = Array.from({ length: MANY }, (_, index) => `2776${String(index).padStart(7, '0')}`);

it('kill -9 while a network says 150 things over a stream: each is answered, and once', async () => {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await createPlace());
  const platform = stack.use(await PlatformProcess.create(place, {}));
  await platform.start();
  const { client } = platform;
  const setUp = SET_UPS.find(({ type }) => type === 'mastodon');
  if (setUp === undefined) throw new Error('there is no such type');
  const network = stack.use(await setUp.open({ url: '' }));
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/transports/toots', { type: 'mastodon', config: network.config });
  const route = { app: 'echo', transport: 'toots', to_addr: '@8000' };
  await client.must('PUT', '/accounts/clinic/routes/toots', route);
  const saying = (async () => {
    for (const from of people) await network.bring({ from, to: '8000', content: `I am ${from}` });
  })();
  for (const count of KILLED_AT) {
    await eventually(
      () => network.got.length,
      (got) => got >= count,
      PATIENCE_MS,
    );
    await platform.kill('SIGKILL');
    await platform.start();
  }
  await saying;
  await eventually(
    () => new Set(network.got.map(({ to }) => to)).size,
    (answered) => answered >= MANY,
    PATIENCE_MS,
  );
  const answers = network.got.map(({ to, content }) => `${to} ${content}`);
  expect(answers.toSorted()).toEqual(people.map((name) => `${name} re: I am ${name}`));
});
