import { readdir, readFile, readlink } from 'node:fs/promises';
import { silentLogger } from '@vumi/core';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SECRET = 'hunter2-of-the-operator';
let place: SandboxPlace;
let folder: string;
const notes: string[] = [];

beforeAll(async () => {
  process.env['VUMI_DATABASE_URL'] = `postgres://vumi:${SECRET}@localhost/vumi`;
  place = await SandboxPlace.start(
    { runners: 1 },
    { ...silentLogger, info: (_fields, text) => notes.push(text) },
  );
  folder = `/proc/${place.sandbox.status().runners[0]?.pid}`;
});

afterAll(async () => {
  delete process.env['VUMI_DATABASE_URL'];
  await place[Symbol.asyncDispose]();
});

// What a process is given shows in /proc, which only Linux has.
test.runIf(process.platform === 'linux')(
  'a runner gets no environment but its time zone and language',
  async () => {
    const environment = await readFile(`${folder}/environ`, 'utf8');
    expect(environment.split('\0').filter(Boolean).toSorted()).toEqual(['LANG=en_US.UTF-8', 'TZ=UTC']);
    expect(await readFile(`${folder}/cmdline`, 'utf8')).not.toContain(SECRET);
  },
);

test.runIf(process.platform === 'linux')(
  'a runner holds no file and no socket but the wire and the note of its thread',
  async () => {
    const descriptors = (await readdir(`${folder}/fd`)).map((fd) =>
      readlink(`${folder}/fd/${fd}`).catch(() => ''),
    );
    const held = (await Promise.all(descriptors)).filter(Boolean);
    // Its watchdog reads its own memory and threads there at every tick.
    const files = held.filter((path) => path.startsWith('/') && !path.startsWith(`${folder}/`));
    const [note, ...others] = files.filter((path) => path !== '/dev/null');
    expect(others).toEqual([]);
    expect(note).toMatch(/vumi-runner-[-\da-f]+ \(deleted\)$/);
    // Standard input and error, and the wire.
    expect(held.filter((path) => path.startsWith('socket:')).length).toBeLessThanOrEqual(3);
  },
);

test.runIf(process.platform === 'linux')(
  'a runner has flags that take files, processes and threads from it',
  async () => {
    const flags = (await readFile(`${folder}/cmdline`, 'utf8')).split('\0');
    expect(flags).toContain('--permission');
    expect(flags).toContain('--jitless');
    expect(flags.filter((flag) => flag.startsWith('--allow-'))).toEqual([
      '--allow-addons',
      expect.stringMatching(/^--allow-fs-read=.*isolated-vm[^/]*\.node$/),
      // Its own threads, to see what they use.
      '--allow-fs-read=/proc/self/task/',
    ]);
  },
);

test.runIf(process.platform === 'linux')(
  'a runner sees no network where the system can take it away',
  async () => {
    const own = await readlink('/proc/self/ns/net');
    const its = await readlink(`${folder}/ns/net`);
    const devices = (await readFile(`${folder}/net/dev`, 'utf8'))
      .split('\n')
      .filter((line) => line.includes(':'));
    const isEmpty = notes.includes('runners have no network');
    expect(isEmpty || notes.includes('runners are confined by Node alone')).toBe(true);
    expect(its !== own).toBe(isEmpty);
    if (isEmpty) expect(devices.map((line) => line.split(':')[0]?.trim())).toEqual(['lo']);
  },
);
