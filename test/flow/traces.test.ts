import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPlace, eventually, startPlatformAt, type Place, type TestPlatform } from '../platform.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly object[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** What an OpenTelemetry collector takes: OTLP/HTTP in JSON; and a receiver of webhooks. */
let receiver: Server;
const exported: Exported[] = [];
const told: { readonly traceparent: string; readonly body: string }[] = [];
let place: Place;
let world: TestPlatform;
let file = '';

beforeAll(async () => {
  receiver = createServer(
    (request, response) => void receive(request).then((status) => response.writeHead(status).end('{}')),
  );
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  place = await createPlace();
  file = join(String(place.settings['data_dir']), 'traces.ndjson');
  world = await startPlatformAt(place, {
    demo: true,
    telemetry: { otlp_endpoint: url, file, service_name: 'vumi-test' },
  });
  await world.client.must('PATCH', '/accounts/demo', { private_services: [new URL(url).host] });
  await world.client.must('PUT', '/accounts/demo/webhooks/crm', { url: `${url}/hook` });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
  receiver.close();
});

async function receive(request: IncomingMessage): Promise<number> {
  const body = (await request.toArray()).join('');
  if (request.url === '/hook') told.push({ traceparent: String(request.headers['traceparent']), body });
  else if (request.url === '/v1/traces') exported.push(JSON.parse(body) as Exported);
  return 200;
}

const spansOf = (all: readonly Exported[]): Span[] =>
  all
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans);

function attribute({ attributes }: Span, key: string): string | undefined {
  return attributes.find((one) => one.key === key)?.value.stringValue;
}

/** The spans of the trace of what a user wrote, when they have all come. */
async function traceOf(messageId: string, wanted: (names: readonly string[]) => boolean): Promise<Span[]> {
  return eventually(
    async () => {
      const spans = spansOf(exported);
      const root = spans.find(
        (span) => span.name === 'receive smsc' && attribute(span, 'vumi.message_id') === messageId,
      );
      return spans.filter(({ traceId }) => traceId === root?.traceId);
    },
    (spans) => wanted(spans.map(({ name }) => name)),
  );
}

async function write(from: string): Promise<string> {
  await world.client.must('POST', '/simulators/smsc/messages', {
    from_addr: from,
    to_addr: '12345',
    content: 'hi',
  });
  const query = `/accounts/demo/messages?direction=inbound&address=${encodeURIComponent(from)}`;
  const [message] = await eventually(
    async () => (await world.client.must('GET', query)).items as { message_id: string }[],
    (items) => items.length === 1,
  );
  return message?.message_id ?? '';
}

it('one message is one trace, from the network through queues and the app back to it, with its receipt', async () => {
  const id = await write('+27762000001');
  const spans = await traceOf(
    id,
    (names) => names.includes('receipt smsc') && names.includes('run demo/hello'),
  );
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const pathTo = (name: string): string[] => {
    const path: string[] = [];
    for (
      let span = spans.find((one) => one.name === name);
      span !== undefined;
      span = byId.get(span.parentSpanId ?? '')
    )
      path.unshift(span.name.replace(/sandbox_\d/, 'sandbox'));
    return path;
  };
  const queued = ['receive smsc', 'route smsc', 'publish sandbox.inbound', 'process sandbox.inbound'];
  expect(pathTo('run demo/hello').slice(0, 4)).toEqual(queued);
  expect(pathTo('commit').slice(0, 4)).toEqual(queued);
  const sent = pathTo('send smsc');
  expect(sent.slice(0, 4)).toEqual(queued);
  expect(sent.slice(-3)).toEqual(['publish smsc.outbound', 'process smsc.outbound', 'send smsc']);
  expect(pathTo('ack smsc').slice(-2)).toEqual(['send smsc', 'ack smsc']);
  expect(pathTo('receipt smsc').slice(-2)).toEqual(['send smsc', 'receipt smsc']);
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['wait smsc.outbound']));
  for (const span of spans) {
    expect(span).toMatchObject({
      traceId: expect.stringMatching(/^[\da-f]{32}$/),
      spanId: expect.stringMatching(/^[\da-f]{16}$/),
    });
    expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
    expect(JSON.stringify(span)).not.toContain('27762000001');
  }
  expect(JSON.stringify(exported[0]?.resourceSpans[0]?.resource)).toContain('vumi-test');
  // A webhook goes on with the trace, too, and says so to its receiver.
  const hook = await eventually(
    () => told.find(({ body }) => body.includes(id)),
    (one) => one !== undefined,
  );
  expect(hook?.traceparent).toMatch(new RegExp(`^00-${spans[0]?.traceId}-[\\da-f]{16}-01$`));
});

it('what an API’s caller says of his trace is gone on with, and bodies are as without', async () => {
  const traceId = 'abcdef0123456789abcdef0123456789';
  const traceparent = `00-${traceId}-0123456789abcdef-01`;
  const answer = await world.client.call(
    'POST',
    '/accounts/demo/messages',
    { to_addr: '+27762000002', content: 'hello', app: 'hello' },
    { traceparent },
  );
  expect(answer.status).toBe(202);
  const spans = await eventually(
    () => spansOf(exported).filter((span) => span.traceId === traceId),
    (found) => found.some(({ name }) => name === 'send smsc'),
  );
  expect(spans.find(({ parentSpanId }) => parentSpanId === '0123456789abcdef')?.name).toBe(
    'POST /api/v1/accounts',
  );
  const timeline = await world.client.must(
    'GET',
    `/accounts/demo/messages/${answer.body.message_id}/timeline`,
  );
  expect(JSON.stringify(timeline)).not.toContain(traceId);
});

it('the file has the same traces, a batch a line', async () => {
  const lines = await eventually(
    async () => (await readFile(file, 'utf8')).trimEnd().split('\n'),
    (all) =>
      spansOf(all.map((line) => JSON.parse(line) as Exported)).some(({ name }) => name === 'run demo/hello'),
  );
  expect(lines.length).toBeGreaterThan(0);
});
