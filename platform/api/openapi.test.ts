import { MESSAGE_STATUSES } from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

interface Operation {
  operationId: string;
  responses: Record<string, { content?: object }>;
  parameters: { name: string; in: string }[];
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

let platform: TestPlatform;
let document: Document;

beforeAll(async () => {
  platform = await startTestPlatform();
  document = (await platform.call('GET', '/openapi.json', { token: null })).json as unknown as Document;
});

afterAll(() => platform[Symbol.asyncDispose]());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

describe('openapi.json', () => {
  test('is OpenAPI 3.1 and lists what DESIGN §6 names', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(
      operations()
        .map(({ path, method }) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`)
        .sort(),
    ).toEqual([
      'DELETE /accounts/{account}/apps/{app}',
      'DELETE /accounts/{account}/apps/{app}/members/{name}',
      'DELETE /accounts/{account}/apps/{app}/schedules/{id}',
      'DELETE /accounts/{account}/apps/{app}/state/{key}',
      'DELETE /accounts/{account}/contacts/{key}',
      'DELETE /accounts/{account}/groups/{key}',
      'DELETE /accounts/{account}/optouts/{type}/{address}',
      'DELETE /accounts/{account}/routes/{name}',
      'DELETE /accounts/{account}/smpp-clients/{system_id}',
      'DELETE /accounts/{account}/tokens/{id}',
      'DELETE /numbers',
      'DELETE /simulators/smsc/counters',
      'DELETE /tokens/{id}',
      'DELETE /transports/{name}',
      'GET /accounts',
      'GET /accounts/{account}',
      'GET /accounts/{account}/apps',
      'GET /accounts/{account}/apps/{app}',
      'GET /accounts/{account}/apps/{app}/logs',
      'GET /accounts/{account}/apps/{app}/logs/follow',
      'GET /accounts/{account}/apps/{app}/members',
      'GET /accounts/{account}/apps/{app}/runs',
      'GET /accounts/{account}/apps/{app}/runs/{message_id}',
      'GET /accounts/{account}/apps/{app}/state',
      'GET /accounts/{account}/apps/{app}/state/{key}',
      'GET /accounts/{account}/apps/{app}/usage',
      'GET /accounts/{account}/apps/{app}/versions',
      'GET /accounts/{account}/audit',
      'GET /accounts/{account}/contacts',
      'GET /accounts/{account}/contacts/{key}',
      'GET /accounts/{account}/exports/messages.csv',
      'GET /accounts/{account}/exports/messages.ndjson',
      'GET /accounts/{account}/groups',
      'GET /accounts/{account}/groups/{key}',
      'GET /accounts/{account}/messages',
      'GET /accounts/{account}/messages/{id}',
      'GET /accounts/{account}/metrics',
      'GET /accounts/{account}/metrics/{store}/{metric}/{aggregator}',
      'GET /accounts/{account}/numbers',
      'GET /accounts/{account}/optouts',
      'GET /accounts/{account}/phone/messages',
      'GET /accounts/{account}/routes',
      'GET /accounts/{account}/routes/{name}',
      'GET /accounts/{account}/schedules',
      'GET /accounts/{account}/smpp-clients',
      'GET /accounts/{account}/smpp-clients/{system_id}',
      'GET /accounts/{account}/tokens',
      'GET /accounts/{account}/transports',
      'GET /accounts/{account}/usage',
      'GET /audit',
      'GET /exports/messages.csv',
      'GET /exports/messages.ndjson',
      'GET /messages',
      'GET /metrics',
      'GET /numbers',
      'GET /simulators/smsc/counters',
      'GET /simulators/smsc/log',
      'GET /simulators/smsc/messages',
      'GET /simulators/smsc/script',
      'GET /simulators/smsc/sessions',
      'GET /status',
      'GET /tokens',
      'GET /transports',
      'GET /transports/{name}',
      'GET /workers',
      'PATCH /accounts/{account}',
      'PATCH /accounts/{account}/settings',
      'PATCH /accounts/{account}/tokens/{id}',
      'PATCH /tokens/{id}',
      'POST /accounts',
      'POST /accounts/{account}/apps/{app}/members',
      'POST /accounts/{account}/apps/{app}/replay',
      'POST /accounts/{account}/apps/{app}/state',
      'POST /accounts/{account}/apps/{app}/versions/{version}/activate',
      'POST /accounts/{account}/contacts',
      'POST /accounts/{account}/groups',
      'POST /accounts/{account}/messages',
      'POST /accounts/{account}/messages/{id}/cancel',
      'POST /accounts/{account}/phone/messages',
      'POST /accounts/{account}/tokens',
      'POST /accounts/{account}/tokens/{id}/rotate',
      'POST /segments',
      'POST /simulators/smsc/faults',
      'POST /simulators/smsc/messages',
      'POST /simulators/smsc/outbinds',
      'POST /tokens',
      'POST /tokens/{id}/rotate',
      'PUT /accounts/{account}/apps/{app}',
      'PUT /accounts/{account}/apps/{app}/config',
      'PUT /accounts/{account}/apps/{app}/secrets/{name}',
      'PUT /accounts/{account}/apps/{app}/state/{key}',
      'PUT /accounts/{account}/contacts/{key}',
      'PUT /accounts/{account}/groups/{key}',
      'PUT /accounts/{account}/optouts/{type}/{address}',
      'PUT /accounts/{account}/routes/{name}',
      'PUT /accounts/{account}/smpp-clients/{system_id}',
      'PUT /numbers',
      'PUT /simulators/smsc/script',
      'PUT /transports/{name}',
    ]);
  });

  test('names each operation once and each parameter of a path', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations()) {
      const inPath = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  test('refers only to what it holds', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, target]) => target,
    );
    expect(references.length).toBeGreaterThan(20);
    for (const target of new Set(references)) {
      const name = target?.replace('#/components/schemas/', '') ?? '';
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
  });

  test('has one type of content for each status, so that a client knows what it gets', () => {
    for (const { operation } of operations()) {
      for (const [status, { content = {} }] of Object.entries(operation.responses)) {
        expect([operation.operationId, status, Object.keys(content).length]).toEqual([
          operation.operationId,
          status,
          status === '204' ? 0 : 1,
        ]);
      }
    }
  });

  test('declares the header by which a message is sent once, and what a status may be', () => {
    const send = operations().find(({ operation }) => operation.operationId === 'sendMessage');
    expect(send?.operation.parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false }),
    );
    const { properties } = document.components.schemas['Message'] as {
      properties: { status: { enum: string[] } };
    };
    expect(properties.status.enum).toEqual([...MESSAGE_STATUSES]);
  });

  test('shows no answer schema that lies: every call of these suites is held against it', async () => {
    const { json } = await platform.call('POST', '/accounts', { body: { name: 'x' } });
    expect(json).toMatchObject({ name: 'x', active: true });
  });
});
