import { execFileSync } from 'node:child_process';
import { describe, it } from 'vitest';
import { openEchoClinic } from './echo-clinic.ts';

/** Every message gets exactly one reply, and its state change happened once, whatever was killed meanwhile. */
describe('kill -9 in the middle of 2,000 messages', () => {
  it('of the platform, twice', async () => {
    await using clinic = await openEchoClinic();
    const said = clinic.sayAll();
    for (const count of [300, 1200]) {
      await clinic.replied(count);
      await clinic.platform.kill('SIGKILL');
      await clinic.platform.start();
    }
    await said;
    await clinic.expectOneReplyEach();
  });

  it('of every runner, three times', async () => {
    await using clinic = await openEchoClinic();
    const said = clinic.sayAll();
    for (const count of [200, 700, 1300]) {
      await clinic.replied(count);
      for (const pid of runnersOf(clinic.platform.pid)) process.kill(pid, 'SIGKILL');
    }
    await said;
    await clinic.expectOneReplyEach();
  });
});

/** The runners are the descendants that run isolates: they alone are started without a JIT. */
function runnersOf(pid: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, own, parent, args]) => ({ pid: Number(own), parent: Number(parent), args: args ?? '' }));
  const family = new Set([pid]);
  for (let grown = 0; grown !== family.size;) {
    grown = family.size;
    for (const entry of table) if (family.has(entry.parent)) family.add(entry.pid);
  }
  return table
    .filter((entry) => family.has(entry.pid) && entry.args.includes('--jitless'))
    .map((entry) => entry.pid);
}
