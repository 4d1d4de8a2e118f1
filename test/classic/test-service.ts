import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What the tests' apps call over HTTP. It answers the same to the same question: each is asked twice. */
export interface TestService extends AsyncDisposable {
  readonly url: string;
}

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly authorization: string;
}

type Answer = readonly [status: number, body: unknown];

const IDENTITY = { id: 'identity-1', details: { addresses: { msisdn: {} } } };
const TOWN = { formatted_address: 'Bigville, Sandton' };

function geocoded(address: string | null): object {
  if (address === 'nowhere') return { status: 'ZERO_RESULTS', results: [] };
  const names = address === 'many' ? ['North', 'South', 'West'] : [TOWN.formatted_address];
  return { status: 'OK', results: names.map((name) => ({ formatted_address: name })) };
}

const ANSWERS: Readonly<Record<string, (asked: Asked) => Answer>> = {
  '/people': ({ url, authorization }) => [
    200,
    { greeting: `hello ${url.search} ${authorization}`.trim().slice(0, 60) },
  ],
  '/flaky': ({ url, body }) =>
    url.searchParams.get('tries') === '2' ? [201, { id: body.length }] : [503, 'try again'],
  '/note': ({ body, method }) => [200, `${method} ${body}`],
  '/broken': () => [500, { detail: 'broken' }],
  '/text': () => [200, 'no {json'],
  '/geocode': ({ url }) => [200, geocoded(url.searchParams.get('address'))],
  '/forms': () => [201, '{"id": "f1"}'],
  '/responses/undefined/0': () => [200, { question: 'Your name?' }],
  '/responses/undefined': ({ body }) => [
    200,
    { question: body.includes('Jo') ? null : 'Your name, once more?' },
  ],
  '/answers/undefined': () => [200, 'name: Jo'],
  '/ona/submissions': ({ body }) => [201, { received: body.length }],
  '/is/identities/search/': ({ url }) =>
    url.searchParams.has('page')
      ? [200, { next: null, results: [IDENTITY] }]
      : [200, { next: `${url.origin}${url.pathname}?page=2`, results: [] }],
  '/is/identities/': () => [201, IDENTITY],
  '/is/identities/identity-1/': () => [200, IDENTITY],
  '/sbm/subscriptions/': () => [200, { next: null, results: [{ id: 's1' }] }],
  '/hub/registration/': ({ body }) => [201, { id: body.length }],
  '/ms/outbound/': ({ body }) => [201, { id: body.length }],
};

async function read(request: IncomingMessage): Promise<Asked> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const { method = '', url = '/', headers } = request;
  const { host = '', authorization = '' } = headers;
  return { method, body, authorization, url: new URL(url, `http://${host}`) };
}

export async function startTestService(): Promise<TestService> {
  const server = createServer((request, response) => {
    void read(request).then((asked) => {
      const [status, body] = ANSWERS[asked.url.pathname]?.(asked) ?? [404, 'not here'];
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
