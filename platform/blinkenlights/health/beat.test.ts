import { describe, expect, test } from 'vitest';
import { encodeRoadmapBeat, encodeVumiBeat, parseBeat } from './beat.ts';

const NOW = Date.parse('2026-11-29T12:00:00.250Z');
const beating = { systemId: 'prod', name: 'smsc', hostname: 'host-1', pid: 345 };

/** What the publisher of a Python Vumi 0.6 sends (spec vumi-core §7). */
const VUMIS =
  '{"worker_id": "system-1:foo", "timestamp": 1334567890.5, "worker_name": "foo", "pid": 34, "system_id": "system-1", "hostname": "host-1", "version": "20130319"}';
/** The example of Vumi's roadmap, with a key that a transport is free to add. */
const ROADMAPS =
  '{"name": "SMPP Transport 1", "uuid": "0f148162-a25b-11e0-ba57-0017f2d90f78", "timestamp": [2011, 6, 29, 15, 3, 23], "messages per second": 12}';

describe("Vumi's form", () => {
  test("ours has the fields of a Python Vumi's, with their types, and further ones", () => {
    const sent = JSON.parse(encodeVumiBeat(beating, NOW, { interval: 10 })) as Record<string, unknown>;
    expect(sent).toEqual({
      version: '20130319',
      worker_id: 'prod:smsc',
      system_id: 'prod',
      worker_name: 'smsc',
      hostname: 'host-1',
      timestamp: 1795953600.25,
      pid: 345,
      interval: 10,
    });
    const types = (fields: object): Record<string, string> =>
      Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value]));
    expect(types(sent)).toMatchObject(types(JSON.parse(VUMIS) as object));
  });

  test("a Python Vumi's is read", () => {
    expect(parseBeat(VUMIS)).toMatchObject({
      form: 'vumi',
      id: 'system-1:foo',
      systemId: 'system-1',
      name: 'foo',
      hostname: 'host-1',
      pid: 34,
      sentAt: 1334567890500,
      intervalMs: 10_000,
    });
  });

  test.each([
    ['no JSON', 'beat', 'request.not_json'],
    ['a field that is missing', '{"version":"20130319","worker_id":"a:b"}', 'request.invalid'],
    ['a list', '[1]', 'request.invalid'],
  ])('%s is refused', (_label, body, code) => {
    expect(() => parseBeat(body)).toThrow(expect.objectContaining({ code }));
  });

  test('further keys that mean something else to somebody else do not make it unreadable', () => {
    const body = encodeVumiBeat(beating, NOW, {
      interval: 'often',
      workers: 3,
      kind: 'magic',
      leaving: 'soon',
    });
    expect(parseBeat(body)).toMatchObject({ id: 'prod:smsc', intervalMs: 10_000 });
  });
});

describe("the roadmap's form", () => {
  test("the document's own example is read, as of a component that beats each minute", () => {
    expect(parseBeat(ROADMAPS)).toMatchObject({
      form: 'roadmap',
      id: 'uuid:0f148162-a25b-11e0-ba57-0017f2d90f78',
      name: 'SMPP Transport 1',
      sentAt: Date.UTC(2011, 5, 29, 15, 3, 23),
      intervalMs: 60_000,
      further: { 'messages per second': 12 },
    });
  });

  test('ours has a name, a uuid that stays, and the time in UTC as a list', () => {
    const sent = JSON.parse(encodeRoadmapBeat(beating, NOW, { roles: ['api'] })) as Record<string, unknown>;
    expect(sent).toMatchObject({ name: 'smsc', timestamp: [2026, 11, 29, 12, 0, 0], roles: ['api'] });
    expect(sent['uuid']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const later = JSON.parse(encodeRoadmapBeat(beating, NOW + 1)) as Record<string, unknown>;
    expect(later['uuid']).toBe(sent['uuid']);
    const other = JSON.parse(encodeRoadmapBeat({ ...beating, pid: 346 }, NOW)) as Record<string, unknown>;
    expect(other['uuid']).not.toBe(sent['uuid']);
  });
});
