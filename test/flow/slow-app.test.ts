import { expect, test } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';

/** Twice what a queue hands over at once. */
const MESSAGES = 800;
/** On a slow machine the quick app takes longer, too. */
const WALL_MS = Math.round(Math.min(3000 * Number(process.env['VUMI_TEST_PATIENCE'] ?? 1), 12_000));
/** So many of them would have ended before a queue that is held up hands over the message behind them all. */
const ENDED_MEANWHILE = 400;
const USER = '27761234567';
const APPS = {
  slow: { number: '8001', body: 'return new Promise(() => {})' },
  quick: { number: '8002', body: "await message.reply('quick ' + message.content)" },
};

async function deploy({ client }: TestPlatform, app: keyof typeof APPS): Promise<void> {
  const { number, body } = APPS[app];
  const worker = `export default { async onMessage(message) { ${body} } };`;
  const manifest = JSON.stringify({ limits: { wall_ms: WALL_MS } });
  const zip = zipOf({ 'workers/worker.js': worker, 'vumi.json': manifest });
  await client.must('PUT', `/accounts/clinic/apps/${app}`, zip);
  const route = { app, transport: 'peer', to_addr: number };
  await client.must('PUT', `/accounts/clinic/routes/${app}`, route);
}

test('an app whose handlers do not end holds up no other app of its queue, and none of its own messages is lost', async () => {
  await using peer = await SmscPeer.start({ window: 100 });
  await using world = await startTestPlatform({ dispatch: { sandbox_queues: 1 } });
  const { client } = world;
  await client.must('POST', '/accounts', { name: 'clinic' });
  const config = { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' };
  await client.must('PUT', '/transports/peer', { type: 'smpp', config });
  for (const app of ['slow', 'quick'] as const) await deploy(world, app);
  await eventually(() => peer.isBound, Boolean);
  const slow = Array.from({ length: MESSAGES }, (_, n) =>
    peer.deliver(`2776${String(n).padStart(7, '0')}`, APPS.slow.number, 'hi'),
  );
  await Promise.all(slow);
  const apologies = () => peer.submitted.filter(({ from }) => from === APPS.slow.number);
  await peer.deliver(USER, APPS.quick.number, 'hi');
  await eventually(
    () => peer.submitted.filter(({ text }) => text === 'quick hi'),
    (answers) => answers.length === 1,
  );
  expect(apologies().length).toBeLessThan(ENDED_MEANWHILE);
  await eventually(apologies, (all) => all.length === MESSAGES, 60_000);
  expect(new Set(apologies().map(({ to }) => to)).size).toBe(MESSAGES);
});
