import ivm from 'isolated-vm';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { installMany } from './dispatch.ts';
import { ORDINARY_WORKER } from './workers.ts';

const APPS = 500;
const BARE = 100;
const MEGABYTE = 1024 * 1024;
/** Runners tell their memory when they are pinged. */
const PULSE_MS = 400;

async function rssMb(place: SandboxPlace): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, PULSE_MS));
  return place.sandbox.status().runners.reduce((sum, { rss_mb }) => sum + rss_mb, 0);
}

export interface IdleMemory {
  /** MB of resident memory for each app that has answered one message and now waits. */
  readonly app: number;
  /** The same for an isolate with an empty context, in this process. */
  readonly bare: number;
}

async function bareMb(): Promise<number> {
  const before = process.memoryUsage.rss();
  const kept: ivm.Isolate[] = [];
  for (let n = 0; n < BARE; n++) {
    const isolate = new ivm.Isolate({ memoryLimit: 32 });
    await isolate.createContext();
    kept.push(isolate);
  }
  const grown = process.memoryUsage.rss() - before;
  for (const isolate of kept) isolate.dispose();
  return grown / BARE / MEGABYTE;
}

export async function benchIdleMemory(): Promise<IdleMemory> {
  const bare = await bareMb();
  await using place = await SandboxPlace.start({ isolates_per_runner: APPS });
  const before = await rssMb(place);
  await installMany(place, APPS, ORDINARY_WORKER);
  return { app: ((await rssMb(place)) - before) / APPS, bare };
}
