import { loadEntry, turnEntry } from './entry.ts';
import { GuestIsolate, type GuestProgram } from './isolate.ts';

const MEMORY_MB = 16;
const ENTRY_LIMITS = { entry_cpu_ms: 1000 };
/** Uses what most apps use. */
const WORKER = `({ async onMessage(message, app) {
  const seen = await app.user.get('seen');
  await app.user.set('seen', [seen]);
  await app.state.increment('count');
  app.log.info('seen', { seen });
  await message.reply('text');
} })`;
const LIMITS = {
  host_calls: 10,
  http_calls: 1,
  sends: 10,
  log_lines: 10,
  value_bytes: 1000,
  total_bytes: 10_000,
  writes: 100,
};
const MESSAGE = { message_id: '0', content: 'text', to_addr: '1', from_addr: '2', helper_metadata: {} };

/**
 * Lets the guest handle a message once, in an isolate that is thrown away, and keeps V8's code cache of it. V8 compiles
 * a function when it is first called: a cache made then has those that every app calls, which halves their first message.
 */
export async function rehearse(program: GuestProgram): Promise<void> {
  const guest = new GuestIsolate(MEMORY_MB, program);
  try {
    const settings = JSON.stringify({ config: {}, limits: LIMITS });
    const start = JSON.stringify({ kind: 'message', body: MESSAGE, now: 0, ids: ['0'] });
    await guest.enter(loadEntry(ENTRY_LIMITS, { code: WORKER, cache: null }, settings));
    await guest.enter(turnEntry(ENTRY_LIMITS, 'dispatch', ['1', start]));
    for (const call of [1, 2]) {
      await guest.enter(turnEntry(ENTRY_LIMITS, 'settle', ['1', JSON.stringify([[call, true, null]])]));
    }
    program.cache = await guest.takeCache();
  } finally {
    guest.isolate.dispose();
  }
}
