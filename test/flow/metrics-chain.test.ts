import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    await app.metrics.sum('orders', 2);
    await message.reply('thanks');
  },
});
`;
const PATIENCE_MS = 60_000;

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform({
    demo: true,
    metrics: { interval: 1 },
    workers: { chain: { class: 'prometheus_metrics_collector', web_port: 0 } },
  });
});

afterAll(() => world[Symbol.asyncDispose]());

const get = (path: string) => world.client.must('GET', path);

/** What Prometheus would see of the chain. */
async function scrape(): Promise<string> {
  const { items } = await get('/workers');
  const { message } = (items as { name: string; message: string }[]).find(({ name }) => name === 'chain') ?? {
    message: '',
  };
  const port = /port (\d+)/.exec(message)?.[1] ?? '';
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

it('the platform measures itself: its series are listed, read and drawn', async () => {
  const read = await eventually(
    async () => (await get('/series/vumi.smsc.binds_bound/avg?step=1'))['items'] as { value: number }[],
    (points) => points.some(({ value }) => value === 1),
    PATIENCE_MS,
  );
  expect(read.every(({ value }) => value >= 0 && value <= 1)).toBe(true);
  const { items } = await get('/series?prefix=vumi.smsc.binds_bound');
  expect(items).toEqual([{ metric: 'vumi.smsc.binds_bound', aggregator: 'avg' }]);
  expect(await get('/series/vumi.smsc.binds_bound/avg/highcharts')).toMatchObject({
    series: [{ name: 'vumi.smsc.binds_bound' }],
  });
});

it('what an app fires is kept for its account, and comes out of the chain once, named as in Vumi Go', async () => {
  const { client } = world;
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/shop', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/clinic/routes/shop', {
    app: 'shop',
    transport: 'smsc',
    to_addr: '8000',
  });
  for (const from_addr of ['+27760000001', '+27760000002'])
    await client.must('POST', '/simulators/smsc/messages', { from_addr, to_addr: '8000', content: 'one' });

  const number = '/accounts/clinic/metrics/shop/orders/sum/number?title=Orders';
  const shown = await eventually(
    () => get(number),
    ({ item }) => item[0].value >= 4,
    PATIENCE_MS,
  );
  expect(shown).toEqual({ item: [{ value: 4, text: 'Orders' }, { value: 0 }] });

  const line =
    'go_campaigns_clinic_stores_shop_orders_total{metric="go.campaigns.clinic.stores.shop.orders"}';
  const seen = await eventually(scrape, (text) => text.includes(`${line} 4`), PATIENCE_MS);
  expect(seen).toContain(`# TYPE ${line.slice(0, line.indexOf('{'))} counter`);
  // It is in the account's series, and not once more in the platform's.
  expect(await get('/series?prefix=go.')).toMatchObject({ items: [] });
});
