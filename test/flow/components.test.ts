import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '@vumi/machine/testing';
import { eventually, startTestPlatform, type TestPlatform } from '../platform.ts';
import { vumi } from '../vumi-command.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await startTestPlatform({
    heartbeats: { interval: 0.5, alert_after: 0 },
    alerts: { look_every: 0.1, transport_looks: 2 },
  });
});
afterAll(() => world[Symbol.asyncDispose]());

interface Row {
  readonly name: string;
  readonly level: string;
  readonly worst: string;
  readonly processes: readonly unknown[];
}

async function components(): Promise<ReadonlyMap<string, Row>> {
  const { items } = (await world.client.must('GET', '/components?limit=500')) as { items: readonly Row[] };
  return new Map(items.map((row) => [row.name, row]));
}

test('what the platform runs is watched without anybody having named it', async () => {
  // A component is known before the processes that beat for it are told.
  const isBeating = ({ processes = [] }: Partial<Row> = {}): boolean => processes.length > 0;
  const rows = await eventually(
    components,
    (all) => isBeating(all.get('global:api')) && isBeating(all.get('global:sandbox')),
  );
  expect(rows.get('global:api')).toMatchObject({ level: 'ok', processes: [{ pid: process.pid }] });
  expect([...rows.keys()]).toContainEqual(expect.stringMatching(/^global:process:/));
});

test('a transport that cannot bind is down, with one alert, until it is removed', async () => {
  const config = { host: '127.0.0.1', port: await freePort(), system_id: 'me', password: 'secret' };
  await world.client.must('PUT', '/transports/mno', { type: 'smpp', config });
  const rows = await eventually(components, (all) => all.get('global:mno.smpp')?.level === 'down');
  expect(rows.get('global:mno.smpp')).toMatchObject({ worker: 'mno', part: 'smpp', processes: [] });
  const ofProcess = (all: ReadonlyMap<string, Row>) =>
    [...all.values()].find(({ name }) => name.startsWith('global:process:'))?.worst;
  await eventually(components, (all) => all.get('global:mno')?.worst === 'down' && ofProcess(all) === 'down');
  const about = async (): Promise<readonly { kind: string; subject: string; cleared_at: string | null }[]> =>
    (await world.client.must('GET', '/alerts?limit=500')).items.filter(({ subject }: { subject: string }) =>
      subject.includes('mno'),
    );
  await eventually(about, (alerts) => alerts.length > 0);
  const status = await vumi(world.client, 'status');
  expect(status.out).toMatch(/^Components +\d+ ok, .*down/m);
  expect(status.out).toMatch(/^global:mno +worker +down/m);
  const { history } = await world.client.must('GET', '/components/global:mno.smpp');
  expect(history.at(-1)).toMatchObject({ level: 'down', level_before: null });

  await world.client.must('DELETE', '/transports/mno');
  await eventually(components, (all) => ![...all.keys()].some((name) => name.startsWith('global:mno')));
  const alerts = await eventually(about, ([alert]) => typeof alert?.cleared_at === 'string');
  expect(alerts).toMatchObject([{ kind: 'transport', subject: 'mno' }]);
});
