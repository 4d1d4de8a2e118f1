import { MESSAGE_STATUSES } from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, testRoutes, type TestPlatform } from './platform.fixture.ts';

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
  test('is OpenAPI 3.1 and lists what is served (docs/who-may-what.md)', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(
      operations()
        .map(({ path, method }) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`)
        .sort(),
    ).toEqual(
      testRoutes()
        .map(
          ({ method, prefix, path }) =>
            `${method} ${(prefix + path).replace('/api/v1', '').replaceAll(/:(\w+)/g, '{$1}')}`,
        )
        .sort(),
    );
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
