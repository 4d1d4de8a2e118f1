import { writeSync } from 'node:fs';
import { CommitSteps, openDisk } from './commit-steps.ts';

/** A process that handles the waiting message and is killed at the n-th step. Says each step. */
const [dataDir = '', handler = '', dieAt = '0'] = process.argv.slice(2);
let count = 0;

await using steps = await CommitSteps.start(handler);
await using disk = await openDisk(dataDir);
await steps.handleOne(disk, (name) => {
  writeSync(1, `${name}\n`);
  if (++count === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
});
