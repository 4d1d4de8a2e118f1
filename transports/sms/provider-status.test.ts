import { expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { ProviderPlay } from '../testing/provider-play.ts';
import { CONFIGS, talkingAnswer, TOKEN } from '../testing/sms-goldens.ts';

it('a second refusal of credentials is said, and the message waits', async () => {
  await using play = await ProviderPlay.start('orange', CONFIGS.orange);
  play.will(TOKEN, [401], TOKEN, [401]);
  const sending = play.send();
  sending.catch(() => {});
  await expect
    .poll(() => play.memory.statuses.map(({ component, type }) => `${component} ${type}`))
    .toContain('auth unauthorized');
  expect(play.events).toEqual([]);
});

it('an account without balance is degraded', async () => {
  await using play = await ProviderPlay.start('africas_talking', CONFIGS.africas_talking);
  play.will(talkingAnswer('InsufficientBalance', 405), talkingAnswer('Success', 101));
  await play.send();
  expect(play.memory.statuses.at(-1)).toMatchObject({ component: 'provider', status: 'degraded' });
  await play.send();
  expect(play.memory.statuses.at(-1)).toMatchObject({ component: 'provider', status: 'ok' });
});

it('a phone is told where to bring each event', async () => {
  await using play = await ProviderPlay.start('capcom6', CONFIGS.capcom6);
  const announced = await eventually(
    () => play.announced.map(({ body }) => JSON.parse(String(body)) as { event: string; url: string }),
    (all) => all.length === 4,
  );
  expect(announced.map(({ event }) => event)).toEqual([
    'sms:received',
    'sms:sent',
    'sms:delivered',
    'sms:failed',
  ]);
  expect(new Set(announced.map(({ url }) => url))).toEqual(new Set(['https://vumi.example/hooks/net']));
});
