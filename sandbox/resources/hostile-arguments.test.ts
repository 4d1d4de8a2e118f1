import { VumiError } from '@vumi/core';
import { expect, test } from 'vitest';
import { callKind } from '../recording/call-kind.ts';
import { CONTACT_CALLS } from './contacts.ts';
import { GROUP_CALLS } from './groups.ts';
import { MESSAGE_STORE_CALLS } from './message-store.ts';
import { OPTOUT_CALLS } from './optouts.ts';
import { SCHEDULE_CALLS } from './schedule.ts';
import { Runs } from './turn.fixture.ts';

const LONG = 'x'.repeat(100_000);
/** As JSON, for a guest that went around the SDK can hand over no more than that. */
const ODD = [
  'null',
  'true',
  '-1',
  '1e308',
  '""',
  '"__proto__"',
  '"constructor"',
  '"a\\u0000b"',
  '"\\ud800"',
  `"${LONG}"`,
  '[]',
  '{}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '[["__proto__"]]',
  '{"kind":"contact.delete"}',
];
const FIELDS = [
  'key',
  'addr',
  'delivery_class',
  'contact',
  'fields',
  'query',
  'max_keys',
  'name',
  'address_type',
  'address_value',
  'message_id',
  'store',
  'metric',
  'aggregator',
  'value',
  'when',
  'data',
  'user',
  'conversation_key',
  'sample_time',
];

const NAMES = [
  CONTACT_CALLS,
  GROUP_CALLS,
  OPTOUT_CALLS,
  MESSAGE_STORE_CALLS,
  SCHEDULE_CALLS,
  { 'metrics.fire': null },
].flatMap((calls) => Object.keys(calls));

test.each(NAMES)('%s takes or refuses whatever JSON can say', async (name) => {
  const runs = new Runs();
  const objects = ODD.flatMap((odd) => FIELDS.map((field) => `{"${field}":${odd}}`));
  const whole = ODD.map((odd) => `{${FIELDS.map((field) => `"${field}":${odd}`).join(',')}}`);
  for (const json of [...ODD, ...objects, ...whole]) {
    runs.begin();
    const refused: unknown = await runs.call(name, JSON.parse(json) as object).then(
      () => null,
      (error: unknown) => error,
    );
    if (refused !== null) expect(refused, json.slice(0, 100)).toBeInstanceOf(VumiError);
    if (refused instanceof VumiError) expect(refused.outage).toBe(false);
  }
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test.each(['constructor', '__proto__', 'toString', 'made up'])(
  'a call named %s is metered as unknown',
  (name) => {
    expect(callKind({ call: 'resource', name, args: {} })).toBe('unknown');
    expect(callKind({ call: 'command', command: { cmd: name } })).toBe('unknown');
  },
);
