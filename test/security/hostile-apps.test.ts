import { execFileSync } from 'node:child_process';
import { eventually, patientlyNow } from '@vumi/machine/testing';
import { SandboxPlace } from '@vumi/sandbox/testing';
import type { AppRef } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installHostile, type HostileApp } from './hostile-app.ts';
import { hostileApps } from './hostile-apps.ts';
import { Innocent, reasonsOf, show, VICTIM, VICTIM_SECRET } from './innocent.ts';

const APOLOGY = 'Sorry, something went wrong. Please try again later.';
/** What the author is told: which limit, and in which words. */
const REASON = /^(threw|load|cpu|wall|memory|calls|runner|overload|not_awaited): .{5}/s;
/** Paths and modules of the platform, which no tenant may learn. */
const INSIDE = /node_modules|node:internal|file:\/\/|\/(tmp|home|root|usr|work)\/|isolated-vm|\.ts:\d/;
/** The goal is 10 ms (issue "The sandbox that holds"); this is for machines that have other things to do. */
const TOLERATED_P95_MS = 250;
const LONGEST_SILENCE_MS = 6000;
/** A runner with a hundred apps in it and their garbage. */
const MOST_RSS_MB = 450;

let place: SandboxPlace;
let innocent: Innocent;

beforeAll(async () => {
  // One runner at work, so that whoever attacks is in the same process as the innocent.
  place = await SandboxPlace.start({ runners: 1 });
  innocent = await Innocent.arrive(place);
});

afterAll(() => place[Symbol.asyncDispose]());

function isHarmless(answer: string, { says, mayAnswer }: HostileApp): boolean {
  return answer === APOLOGY || says?.test(answer) === true || mayAnswer?.test(answer) === true;
}

describe.each(Object.entries(hostileApps))('%s', (_kind, apps) => {
  test.concurrent.each(apps)('$name', async (hostile) => {
    const ref = await installHostile(place, hostile);
    const first = await place.ask(ref, place.message({ content: 'attack' }));
    const second = await place.ask(ref, place.message({ content: 'after' }));
    const reasons = reasonsOf(place, ref.app);
    if (hostile.says !== undefined) expect(first.join(), reasons.join()).toMatch(hostile.says);
    else if (hostile.mayAnswer === undefined)
      expect([first, second], reasons.join()).toEqual([[APOLOGY], [APOLOGY]]);
    for (const answer of [...first, ...second])
      expect(answer).toSatisfy((text: string) => isHarmless(text, hostile));
    for (const reason of reasons) expect(reason).toMatch(REASON);
  });
});

/** Attacks that wait until their app is trusted to be quick (runner/scheduler.ts). */
const sleepers = [
  'an endless loop',
  'a storm of microtasks',
  'a thrown object whose message loops',
  'a search in an array of 2^53',
  'a huge power of a BigInt',
  'filling a huge array',
  'normalising a letter that is eighteen',
  'a growing map',
  'a rejected promise whose stack loops',
  'a rejected error whose stack is formatted for ever',
].map((name) => {
  const found = Object.values(hostileApps)
    .flat<readonly (readonly HostileApp[])[]>()
    .find((hostile) => hostile.name === name);
  if (found === undefined) throw new Error(`there is no hostile app "${name}"`);
  return found;
});
const NAP = 40;

describe('sleepers', () => {
  test.concurrent.each(sleepers)('$name', async (hostile) => {
    const nap = `if (message.content === 'nap') return void (await reply('zzz')); ${hostile.handler}`;
    const ref = await installHostile(place, { name: `sleeper ${hostile.name}`, handler: nap });
    const ask = (content: string): Promise<string[]> => place.ask(ref, place.message({ content }));
    for (let n = 0; n < NAP; n++) expect(await ask('nap'), reasonsOf(place, ref.app).join()).toEqual(['zzz']);
    for (const answer of await ask('attack'))
      expect(answer).toSatisfy((text: string) => isHarmless(text, hostile));
    expect(await ask('nap')).toEqual(['zzz']);
  });
});

describe('after all that', () => {
  test('nothing was sent or written in the name of another app', () => {
    const stamps = place.sent.map(({ helper_metadata }) => helper_metadata['vumi'] as AppRef);
    expect(stamps.filter(({ account }) => account !== 'tests')).toEqual([]);
    expect(
      new Set(
        place.sent
          .filter(({ content }) => content === 'at your service')
          .map(({ helper_metadata }) => JSON.stringify(helper_metadata['vumi'])),
      ),
    ).toEqual(new Set([JSON.stringify({ account: 'tests', app: VICTIM })]));
    expect(place.sent.filter(({ from_addr }) => from_addr !== null && from_addr !== '12345')).toEqual([]);
    // Where the platform notes which version a session is on is not the apps' to write.
    const keys = [...place.state.values.keys()].filter((key) => !key.startsWith('session-version/["tests",'));
    expect(keys.filter((key) => !/^app\/tests\/[^/]+\/(shared|user\/[^/]+)\//.test(key))).toEqual([]);
    expect(keys.filter((key) => key.startsWith(`app/tests/${VICTIM}/`))).toEqual([
      `app/tests/${VICTIM}/shared/secret`,
    ]);
  });

  test('nothing leaked: no path of the platform, nothing of another tenant', () => {
    const own = JSON.stringify(VICTIM_SECRET);
    expect(place.state.values.get(`app/tests/${VICTIM}/shared/secret`)).toBe(own);
    const said = [
      ...place.sent.map(({ content }) => content ?? ''),
      ...place.log.map(({ text, fields }) => text + JSON.stringify(fields)),
      ...place.failures.map(({ reason }) => reason),
    ];
    expect(said.filter((text) => INSIDE.test(text) || text.includes(VICTIM_SECRET))).toEqual([]);
  });

  test('no prototype of the platform is polluted', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('the innocent was served all the time', async () => {
    const figures = await innocent.leave();
    process.stdout.write(`${show(figures)}\n`);
    expect(figures.visits).toBeGreaterThan(100);
    expect(figures.calmP95).toBeLessThan(patientlyNow(TOLERATED_P95_MS));
    expect(figures.worst).toBeLessThan(patientlyNow(LONGEST_SILENCE_MS));
  });

  test('memory came back and no process is left over', async () => {
    expect(place.sandbox.status().turns).toBe(0);
    // One whose isolate has just ended, or that is about to be replaced for its size, has it for a moment yet.
    const sizes = await eventually(sizesOfChildren, (found) => found.every((mb) => mb < MOST_RSS_MB));
    process.stdout.write(`runners: ${sizes.map((mb) => `${mb.toFixed(0)} MB`).join(', ')}\n`);
    await place[Symbol.asyncDispose]();
    expect(sizesOfChildren()).toEqual([]);
  });
});

/** Resident memory in MB of runners, which are the children of this process that have no JIT. */
function sizesOfChildren(): number[] {
  const table = execFileSync('ps', ['-o', 'rss=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return table
    .split('\n')
    .filter((line) => line.includes('--permission'))
    .map((line) => Number.parseInt(line, 10) / 1024);
}
