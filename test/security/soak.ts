/**
 * Hostile and innocent apps mixed, runners killed now and then, for some minutes; what becomes of memory, handles and
 * children. By hand: `node platform/cli/vumi.js --run test/security/soak.ts [minutes] [attackers]`.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { SandboxPlace } from '@vumi/sandbox/testing';
import type { HostileApp } from './hostile-app.ts';
import { hostileApps } from './hostile-apps.ts';
import { Innocent, rssMb, show } from './innocent.ts';

const MINUTES = Number(process.argv[2] ?? 5);
const ATTACKERS = Number(process.argv[3] ?? 3);
/** Not to wait long for those who never end. */
const IMPATIENT = { manifest: { limits: { wall_ms: 1500 } } };
const KILL_EVERY_MS = 20_000;
const REPORT_EVERY_MS = 15_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const apps = Object.values(hostileApps).flat<readonly (readonly HostileApp[])[]>();
const place = await SandboxPlace.start({ runners: 2 });
const innocent = await Innocent.arrive(place);
const end = performance.now() + MINUTES * 60_000;
let attacks = 0;
let kills = 0;
/** MB of resident memory and of heap of the supervisor, one for each report. */
const resident: number[] = [];
const heap: number[] = [];

async function attack(first: number): Promise<void> {
  for (let n = first; performance.now() < end; n += ATTACKERS) {
    const hostile = apps[n % apps.length];
    if (hostile === undefined) continue;
    // A few names again and again: what is kept of an app by its name must not grow.
    const name = `hostile-${n % apps.length}`;
    const ref =
      hostile.worker === undefined
        ? await place.installHandler(name, hostile.handler ?? '', IMPATIENT)
        : await place.install(name, hostile.worker, IMPATIENT);
    await place.ask(ref, place.message({ content: 'attack' }));
    attacks++;
    forget();
  }
}

/** What the place itself collects would hide what the sandbox keeps. */
function forget(): void {
  for (const list of [place.sent, place.failures, place.log, place.runs, place.storeEffects]) list.length = 0;
  place.state.values.clear();
  place.state.outboxes.clear();
}

async function killNowAndThen(): Promise<void> {
  while (performance.now() + KILL_EVERY_MS < end) {
    await pause(KILL_EVERY_MS);
    const [runner] = place.sandbox.status().runners;
    if (runner === undefined) continue;
    process.kill(runner.pid, 'SIGKILL');
    kills++;
  }
}

function children(): number[] {
  const table = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return table
    .split('\n')
    .filter((line) => line.includes('--permission'))
    .map((line) => Number.parseInt(line, 10));
}

function report(): void {
  const own = process.memoryUsage();
  resident.push(own.rss / 1e6);
  heap.push(own.heapUsed / 1e6);
  const runners = children().flatMap((pid) => {
    try {
      return [Math.round(rssMb(pid))];
    } catch {
      return [];
    }
  });
  say(
    `${attacks} attacks, ${kills} kills; supervisor ${Math.round(own.rss / 1e6)} MB, heap ${Math.round(own.heapUsed / 1e6)} MB, ` +
      `${readdirSync('/proc/self/fd').length} descriptors; runners ${runners.join(' + ')} MB`,
  );
}

/** What was needed least in the last third, less what was in the middle one: the first warms up. What leaks shows here. */
function growth(values: readonly number[]): string {
  const third = Math.ceil(values.length / 3);
  const least = (from: number): number => Math.min(...values.slice(from, from + third));
  return `${(least(2 * third) - least(third)).toFixed(1)} MB`;
}

const reporter = setInterval(report, REPORT_EVERY_MS);
await Promise.all([killNowAndThen(), ...Array.from({ length: ATTACKERS }, (_, n) => attack(n))]);
clearInterval(reporter);
say(show(await innocent.leave()));
report();
say(`the supervisor grew by ${growth(resident)} resident, ${growth(heap)} of heap`);
await place[Symbol.asyncDispose]();
say(`${children().length} children left`);
