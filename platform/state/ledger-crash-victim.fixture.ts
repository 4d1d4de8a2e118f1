import { openLedger } from './ledger.ts';

/** A process that kills itself in the middle of a tick. */
const ledger = openLedger({ file: process.argv[2] ?? '' });
ledger.put('earlier tick', '1');
setImmediate(() => {
  ledger.put('flushed', '1');
  ledger.flush();
  ledger.put('not flushed', '1');
  process.kill(process.pid, 'SIGKILL');
});
