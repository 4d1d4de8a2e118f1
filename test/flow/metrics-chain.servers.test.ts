import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectRabbitBroker } from '@vumi/broker';
import { AGGREGATES_KEY, EXCHANGES, METRICS_KEY, silentLogger, type Broker } from '@vumi/core';
import { runWorkerCommand } from '@vumi/host';
import { eventually, freePort } from '@vumi/machine/testing';
import amqp from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireServer } from '../backend.ts';
import { requireProgram } from '../conformance/debian-program.ts';
import { startPrometheus } from '../prometheus-server.ts';

const VUMI = fileURLToPath(new URL('../../platform/cli/vumi.js', import.meta.url));
const FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];
const namespace = `metrics_${randomBytes(5).toString('hex')}`;
const METRIC = 'vumi.test.Load';

let folder: string;
let url: string;
let broker: Broker;
const children: ChildProcess[] = [];

beforeAll(async () => {
  url = await requireServer('broker');
  folder = await mkdtemp(join(tmpdir(), 'vumi-metrics-chain-'));
  const options = { url, namespace, logger: silentLogger, queueType: 'classic' } as const;
  broker = await connectRabbitBroker({ ...options, acceptsOtherTypes: true });
});

afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await broker[Symbol.asyncDispose]();
  await removeQueues();
  await rm(folder, { recursive: true, force: true });
});

async function removeQueues(): Promise<void> {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  const queues = [METRICS_KEY, 'bucket.0', 'bucket.1', 'bucket.2', AGGREGATES_KEY, 'carbon'];
  const own = ['carbon_metrics_collector', 'prometheus_metrics_collector'];
  for (const queue of [...queues, ...own.map((type) => `${AGGREGATES_KEY}.${type}`)])
    await channel.deleteQueue(`${namespace}.${queue}`);
  const types = ['metric_time_bucket', 'metric_aggregator', 'graphite_metrics_collector', ...own];
  for (const name of types.flatMap((type) => [type, `${type}-2`, `${type}-3`]))
    await channel.deleteQueue(`${namespace}.${name}.control`);
  for (const { name } of Object.values(EXCHANGES)) await channel.deleteExchange(`${namespace}.${name}`);
  await connection.close();
}

/** The document's, as our page has them. */
const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
const commands = [...page.matchAll(/^npx vumi (worker .*)$/gm)].map(([, line = '']) => line);

/** A line of the document's script, in a process, where it finds the RabbitMQ of this test. */
async function vumiWorker(...words: string[]): Promise<void> {
  const env = {
    PATH: process.env['PATH'],
    VUMI_BROKER_URL: url,
    VUMI_DATA_DIR: join(folder, 'data'),
  };
  const child = spawn(process.execPath, [...FLAGS, VUMI, ...words, '--broker-namespace', namespace], {
    cwd: folder,
    env,
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await eventually(
    () => {
      if (child.exitCode !== null) throw new Error(`${words.join(' ')} ended: ${output}`);
      return output;
    },
    (text) => text.includes('runs on'),
    60_000,
  );
}

/** Its value is 2.5 whatever time bucket it falls into; sent again and again until the test is through. */
function measureAgain(): Disposable {
  const send = (): void => {
    const now = Math.floor(Date.now() / 1000);
    const body = { datapoints: [[METRIC, ['avg', 'max', 'sum'], [[now, 2.5]]]] };
    broker.publish(METRICS_KEY, JSON.stringify(body), EXCHANGES.metrics).catch(() => {});
  };
  const timer = setInterval(send, 200);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Carbon of Debian on ports of its own, as a process that ends with the stack. */
async function startCarbon(): Promise<{ readonly port: number; values(metric: string): Promise<number[]> }> {
  requireProgram('carbon-cache', ['--help'], 'graphite-carbon');
  const [port, pickle, query] = [await freePort(), await freePort(), await freePort()];
  const home = join(folder, 'carbon');
  const data = join(home, 'whisper');
  for (const dir of [data, join(home, 'log')]) await mkdir(dir, { recursive: true });
  const settings = {
    STORAGE_DIR: home,
    LOCAL_DATA_DIR: data,
    CONF_DIR: home,
    LOG_DIR: join(home, 'log'),
    PID_DIR: home,
    USER: '',
    ENABLE_LOGROTATION: 'False',
    MAX_CREATES_PER_MINUTE: 'inf',
    MAX_UPDATES_PER_SECOND: '1000',
    LINE_RECEIVER_INTERFACE: '127.0.0.1',
    LINE_RECEIVER_PORT: String(port),
    PICKLE_RECEIVER_INTERFACE: '127.0.0.1',
    PICKLE_RECEIVER_PORT: String(pickle),
    CACHE_QUERY_INTERFACE: '127.0.0.1',
    CACHE_QUERY_PORT: String(query),
    ENABLE_TAGS: 'False',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  await writeFile(join(home, 'carbon.conf'), `[cache]\n${lines.join('\n')}\n`);
  await writeFile(join(home, 'storage-schemas.conf'), '[all]\npattern = .*\nretentions = 5s:1d\n');
  const child = spawn('carbon-cache', ['--debug', `--config=${join(home, 'carbon.conf')}`, 'start'], {
    stdio: 'ignore',
  });
  children.push(child);
  return {
    port,
    async values(metric) {
      const file = join(data, `${metric.replaceAll('.', '/')}.wsp`);
      const from = String(Math.floor(Date.now() / 1000) - 600);
      const fetched = promisify(execFile)('whisper-fetch', ['--json', `--from=${from}`, file]);
      // There is no file before its first value.
      const { stdout } = await fetched.catch(() => ({ stdout: '{"values":[]}' }));
      const { values } = JSON.parse(stdout) as { values: (number | null)[] };
      return values.filter((value) => value !== null);
    },
  };
}

describe('the metrics set-up of Vumi’s documentation', () => {
  it('starts as it stands, and Carbon keeps what a worker measures', { timeout: 600_000 }, async () => {
    expect(commands).toHaveLength(6);
    const carbon = await startCarbon();
    const onTopic: string[] = [];
    await using _ = await broker.consume('carbon', async (body) => void onTopic.push(body), {
      exchange: EXCHANGES.graphite,
      bindingKey: '#.Load.*',
      prefetch: 10,
      failuresKey: 'carbon.failures',
    });
    for (const line of commands) await vumiWorker(...line.split(' '));
    await vumiWorker('worker', 'CarbonMetricsCollector', `--set-option=carbon_port:${carbon.port}`);

    using _measuring = measureAgain();
    const kept = await eventually(
      () => carbon.values(`${METRIC}.avg`),
      (values) => values.length > 0,
      120_000,
    );
    expect(new Set(kept)).toEqual(new Set([2.5]));
    const sums = await eventually(
      () => carbon.values(`${METRIC}.sum`),
      (values) => values.length > 0,
      60_000,
    );
    for (const sum of sums) expect(sum % 2.5).toBe(0);
    const bodies = await eventually(
      () => onTopic,
      (all) => all.some((body) => body.startsWith('2.500000 ')),
      60_000,
    );
    for (const body of bodies) expect(body).toMatch(/^\d+\.\d{6} \d+$/);
    for (const body of bodies) expect(Number(body.split(' ')[1]) % 5).toBe(0);
  });

  it('is scraped by Prometheus, which is asked for it', { timeout: 600_000 }, async () => {
    const web = await freePort();
    const where = ['--broker-url', url, '--broker-namespace', namespace, '--log-level', 'silent'];
    const own = ['--data-dir', join(folder, 'prometheus'), '--set-option', `web_port:${web}`];
    await using _ = await runWorkerCommand(['prometheus_metrics_collector', ...own, ...where]);
    await using prometheus = await startPrometheus(folder, `127.0.0.1:${web}`);
    using _measuring = measureAgain();
    const labels = {
      __name__: 'vumi_test_Load_avg',
      instance: `127.0.0.1:${web}`,
      job: 'vumi',
      metric: METRIC,
    };
    await eventually(
      () => prometheus.ask('vumi_test_Load_avg'),
      (rows) => Array.isArray(rows) && rows.length > 0,
      120_000,
    );
    expect(await prometheus.ask('vumi_test_Load_avg')).toEqual([[labels, '2.5']]);
    await eventually(
      () => prometheus.ask('increase(vumi_test_Load_total[1m]) > 0'),
      (rows) => Array.isArray(rows) && rows.length > 0,
      120_000,
    );
  });
});
