import type { End } from '@vumi/core';
import { expect, it } from 'vitest';
import { destinationOf } from '../destination.ts';
import { createEventMemory } from '../event-memory.ts';
import { createEventReturn } from './event-memory.ts';
import { eventOf, mapState, message, pass, taken } from './passing.fixture.ts';

it('events go to the end that their message came from, others where the router says', async () => {
  const middleware = createEventReturn(createEventMemory<End>(mapState(), { prefix: 'sender/' }));
  const question = message({ message_id: 'm1', routing_metadata: { endpoint_name: 'sms' } });
  await pass(middleware, taken('outbound', 'app', question));
  const [known] = await pass(middleware, eventOf('m1'));
  const [unknown] = await pass(middleware, eventOf('m2'));
  expect(destinationOf(known?.message ?? {})).toEqual({ connector: 'app', endpoint: 'sms' });
  expect(destinationOf(unknown?.message ?? {})).toBeNull();
});
