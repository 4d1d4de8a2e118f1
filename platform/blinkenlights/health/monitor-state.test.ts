import { MemoryState } from '@vumi/state/memory';
import { expect, test } from 'vitest';
import type { Judged } from './judged.ts';
import { deleteIssue, openOrUpdateIssue, readBeats, readIssue, writeSystems } from './monitor-state.ts';

const NOW = 435_600;
const process = { hostname: 'host-1', pid: 34, heardAt: NOW, beats: 2 };
const foo: Judged = {
  id: 'system-1:foo',
  kind: 'worker',
  systemId: 'system-1',
  name: 'foo',
  needed: 1,
  instances: [process],
  heardAt: NOW,
  level: 'ok',
  type: 'beating',
  message: 'beats',
};

test("systems are written as Vumi's monitor writes them", async () => {
  const state = new MemoryState();
  await writeSystems(state, [foo], NOW);
  expect(JSON.parse((await state.get('systems')) ?? '')).toEqual(['system-1']);
  expect(await state.get('timestamp')).toBe('435');
  expect(JSON.parse((await state.get('system:system-1')) ?? '')).toMatchObject({
    name: 'system-1',
    id: 'system-1',
    timestamp: 435,
    workers: [
      {
        id: 'system-1:foo',
        name: 'foo',
        system_id: 'system-1',
        min_procs: 1,
        hosts: [{ host: 'host-1', proc_count: 1 }],
      },
    ],
  });
});

test('systems of which nothing is left are not there any more', async () => {
  const state = new MemoryState();
  await writeSystems(state, [foo], NOW);
  await writeSystems(state, [{ ...foo, systemId: 'other', id: 'other:foo' }], NOW);
  expect(await state.get('system:system-1')).toBeNull();
  expect([...(await readBeats(state)).workers.keys()]).toEqual(['other:foo']);
});

test('who beats is read back', async () => {
  const state = new MemoryState();
  expect(await readBeats(state)).toEqual({ workers: new Map(), writtenAt: null });
  await writeSystems(state, [{ ...foo, instances: [process, { ...process, pid: 35 }] }], NOW);
  const { workers, writtenAt } = await readBeats(state);
  expect(writtenAt).toBe(435_000);
  expect(workers.get('system-1:foo')).toMatchObject({
    hosts: [{ host: 'host-1', proc_count: 2 }],
    heard_at: '1970-01-01T00:07:15.600Z',
    processes: [{ pid: 34, beats: 2 }, { pid: 35 }],
  });
});

test('an issue keeps its start while its count changes', async () => {
  const state = new MemoryState();
  await openOrUpdateIssue(state, { ...foo, instances: [] }, 10_000);
  await openOrUpdateIssue(state, foo, 20_000);
  const issue = { issue_type: 'min-procs-fail', start_time: 10, procs_count: 1 };
  expect(await readIssue(state, 'system-1:foo')).toEqual(issue);
  expect(JSON.parse((await state.get('worker:system-1:foo:issue')) ?? '')).toEqual(issue);
  await deleteIssue(state, 'system-1:foo');
  expect(await readIssue(state, 'system-1:foo')).toBeNull();
});
