import { createUserMessage, VumiError } from '@vumi/core';
import { expect, test } from 'vitest';
import { compileApp } from '../bundle/compile-app.ts';
import { replayRun } from './replay.ts';

const WORKER = `export default { async onMessage(message, app) {
  const seen = await app.state.get('seen');
  await message.reply('seen ' + seen + ' ' + ({}).polluted);
} };`;
const MESSAGE = createUserMessage({ from_addr: '+27', to_addr: '1', content: 'hi', transport_name: 'smsc' });
const START = { kind: 'message', body: MESSAGE, now: 1000, ids: ['a'] };
const CALL = [1, { call: 'get', scope: 'shared', key: 'seen' }];
const RECORD = {
  wall_ms: 2000,
  settings: { config: {}, limits: {} },
  start: START,
  calls: [CALL],
  answers: [[[1, true, '7']]],
  effects: { sends: [], writes: [] },
};
const POLLUTING = JSON.parse('{"__proto__":{"polluted":true}}') as object;

/** Records are written by the platform, but half of what is in them was said by a guest. */
test.each<[what: string, record: unknown]>([
  ['nothing', null],
  ['a text', 'record'],
  ['no start', { ...RECORD, start: undefined }],
  ['a start of no kind', { ...RECORD, start: { ...START, kind: 'boot' } }],
  ['a start without a message', { ...RECORD, start: { ...START, body: null } }],
  ['another prototype everywhere', { ...RECORD, ...POLLUTING, start: { ...START, ...POLLUTING } }],
  [
    'a prototype for its settings',
    { ...RECORD, settings: JSON.parse('{"config":{"__proto__":{"polluted":true}},"limits":{}}') },
  ],
  ['limits below nothing', { ...RECORD, settings: { config: {}, limits: { memory_mb: -1, cpu_ms: 0 } } }],
  [
    'limits beyond everything',
    { ...RECORD, settings: { config: {}, limits: { memory_mb: 1e9, cpu_ms: 1e300 } } },
  ],
  ['limits that are none', { ...RECORD, settings: { config: {}, limits: { constructor: 1 } } }],
  ['no time', { ...RECORD, wall_ms: 0 }],
  ['a call that is none', { ...RECORD, calls: [[1, { call: 'secret' }]] }],
  [
    'a call of everything',
    { ...RECORD, calls: [[1, { call: 'resource', name: 'constructor', args: POLLUTING }]] },
  ],
  [
    'the same answer many times',
    { ...RECORD, answers: Array.from({ length: 5000 }, () => [[1, true, '7']]) },
  ],
  ['answers to calls that nobody made', { ...RECORD, answers: [[[-1, true, null]], [[2 ** 31, false, {}]]] }],
  ['an answer that is no text', { ...RECORD, answers: [[[1, true, POLLUTING]]] }],
  ['a failure that is no text', { ...RECORD, answers: [[[1, false, { toString: 1 }]]] }],
  ['effects of another form', { ...RECORD, effects: { sends: 'all', writes: POLLUTING } }],
])('a record with %s is run or refused, and breaks nothing', async (_what, record) => {
  const { worker } = await compileApp('workers/worker.js', new Map([['workers/worker.js', WORKER]]));
  const ref = { account: 'clinic', app: 'hello' };
  const ended: unknown = await replayRun({
    ref,
    run: { message_id: 'm', version: 1, outcome: 'ok', error: null, cost: { cpu_us: 1 }, record },
    version: 1,
    code: { ...worker, manifest: {} },
    settings: { config: {}, secrets: { token: 'hush' } },
  }).catch((error: unknown) => error);
  if (ended instanceof Error) expect(ended).toBeInstanceOf(VumiError);
  else expect(ended).toMatchObject({ replayed: { version: 1 } });
  expect(JSON.stringify(ended)).not.toMatch(/hush|seen \d* true/);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});
