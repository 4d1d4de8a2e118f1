import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { patientlyNow } from '@vumi/machine/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPlace, eventually, type Place } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { PlatformProcess } from '../platform-process.ts';

/** Another process has the bind so soon after its holder was killed. */
const TAKEOVER_MS = 5000;

let place: Place;
let peer: SmscPeer;
const processes: PlatformProcess[] = [];

beforeAll(async () => {
  place = await createPlace();
  peer = await SmscPeer.start();
  processes.push(await PlatformProcess.create(place, {}, 'api'));
  for (const machine of ['one', 'two']) processes.push(await createOn(machine));
  for (const process of processes) await process.start();
});

afterAll(async () => {
  await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
  await peer[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

/** A process whose disk is not that of the others. */
async function createOn(machine: string): Promise<PlatformProcess> {
  const data_dir = join(String(place.settings['data_dir']), machine);
  await mkdir(data_dir, { recursive: true });
  return PlatformProcess.create({ ...place, settings: { ...place.settings, data_dir } }, {}, 'transports');
}

it('of two processes one holds the bind, and the other has it soon after the holder is killed', async () => {
  const [api, ...transports] = processes;
  await api?.client.must('PUT', '/transports/peer', {
    type: 'smpp',
    config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
  });
  await eventually(() => peer.isBound, Boolean);
  // Long enough for the other to have tried many times.
  await pause(3000);
  expect(peer.mostBound).toBe(1);

  // Whoever holds it at first, the second to be killed is the holder.
  for (const victim of transports) {
    const killedAt = performance.now();
    await victim.kill('SIGKILL');
    await pause(100);
    await eventually(() => peer.isBound, Boolean, TAKEOVER_MS);
    expect(performance.now() - killedAt).toBeLessThan(patientlyNow(TAKEOVER_MS));
    await victim.start();
  }
  expect(peer.binds).toBeGreaterThan(1);
  expect(peer.mostBound).toBe(1);
});
