import { fileURLToPath } from 'node:url';
import { openWorld } from '@vumi/testing';
import { cpuSecondsOf } from './cpu-time.ts';

const APP = fileURLToPath(new URL('../../sample-apps/poll', import.meta.url));
const TURNS = 2000;
/** What is loaded and compiled with the first of them is not counted. */
const FIRST = 100;

export interface ExplorerPace {
  /** Turns a second of CPU in all processes: each message is handled in two isolates. */
  readonly turns: number;
  /** Milliseconds of the wall clock from the beginning to the places of the first turns. */
  readonly first: number;
}

/** The explorer of the test kit on a sample app (spec authoring §6.3). */
export async function benchExplorer(): Promise<ExplorerPace> {
  const began = performance.now();
  await using world = await openWorld(APP, { transport: 'ussd' });
  await world.explore({ turns: FIRST });
  const first = performance.now() - began;
  const before = cpuSecondsOf(process.pid);
  const { turns } = await world.explore({ turns: TURNS });
  return { turns: turns / (cpuSecondsOf(process.pid) - before), first };
}
