import { openEmbeddedBroker } from '@vumi/broker';
import { silentLogger } from '@vumi/core';
import { openEmbeddedState, openLedger } from '@vumi/state';
import { join } from 'node:path';

/**
 * Writes what a process leaves behind in its data folder, beside the database: messages in queues, state, a commit with its
 * outbox, a ledger. Run with the code of an older version, in a checkout of that, to make a fixture of it:
 * `node platform/cli/vumi.js --run test/upgrades/make-data-folder.ts FOLDER`.
 */
const [, , folder = ''] = process.argv;
const logger = silentLogger;

const broker = await openEmbeddedBroker({ dataDir: join(folder, 'broker'), logger });
const rejecting = await broker.consume('mno.outbound', () => Promise.resolve(), {
  prefetch: 1,
  failuresKey: 'mno.failures',
});
await rejecting[Symbol.asyncDispose]();
for (const content of ['first', 'second'])
  await broker.publish('mno.outbound', JSON.stringify({ message_id: content, content }));
await broker.bind('gathered', 'mno.inbound');
await broker.publish('mno.inbound', JSON.stringify({ message_id: 'in' }));
await broker[Symbol.asyncDispose]();

const state = await openEmbeddedState({ dataDir: join(folder, 'state'), logger });
await state.set('app/clinic/greet/shared/visits', '3');
await state.putField('transport/mno/remote/abc', 'message:abc', '{"messageId":"m"}', 100 * 365 * 86_400_000);
await state.commit({
  marker: 'run/clinic/greet/m1',
  markerTtlMs: 100 * 365 * 86_400_000,
  writes: [{ op: 'increment', key: 'app/clinic/greet/user/+2776/visits', by: 2 }],
  outbox: ['{"message_id":"m2"}'],
});
await state[Symbol.asyncDispose]();

const ledger = openLedger({ file: join(folder, 'transports', 'mno.ledger') });
ledger.put('out/mno/m1/0', '{"kind":"submitting"}');
ledger.flush();
await ledger[Symbol.asyncDispose]();
