import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clinicApp } from '../classic/clinic-app.ts';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';

const MENU = 'Clinic\n1. Register\n2. Language\n3. Clinics\n4. About\n5. Remote\n6. Broken\n7. People';

describe('a classic app on the whole platform', () => {
  let peer: SmscPeer;
  let world: TestPlatform;

  beforeAll(async () => {
    peer = await SmscPeer.start();
    world = await startTestPlatform();
    const { client } = world;
    await client.must('POST', '/accounts', { name: 'clinic' });
    await client.must('PUT', '/transports/peer', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
    });
    await eventually(() => peer.isBound, Boolean);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  async function say(content: string): Promise<string> {
    const before = peer.submitted.length;
    await peer.deliver('27761234567', '8000', content);
    const all = await eventually(
      () => peer.submitted,
      (list) => list.length > before,
    );
    return all.at(-1)?.text ?? '';
  }

  it('is known by its code when it is deployed, and its author is told', async () => {
    const { client } = world;
    const zip = zipOf({
      'workers/worker.js': clinicApp('legacy'),
      'package.json': JSON.stringify({ dependencies: { vumigo_v02: '~0.2.0' } }),
    });
    const deployed = await client.must('PUT', '/accounts/clinic/apps/clinic', zip);
    expect(deployed.warnings).toEqual([
      expect.stringMatching(/classic app of Vumi Go with the legacy libraries/),
    ]);
    const { items } = await client.must('GET', '/accounts/clinic/apps/clinic/versions');
    expect(items).toMatchObject([
      {
        active: true,
        handlers: ['onMessage', 'onEvent'],
        libraries: 'legacy',
        libraries_reason: 'package.json asks for vumigo_v02 ~0.2.0',
      },
    ]);
  });

  it('that does not load is refused with what was odd about it', async () => {
    const code = "var vumigo = require('vumigo_v02'); var request = require('request'); request.get('x');";
    const zip = zipOf({ 'workers/worker.js': code });
    const { status, body } = await world.client.call('PUT', '/accounts/clinic/apps/broken', zip);
    expect([status, body.code]).toEqual([422, 'app.load_failed']);
    expect(body.detail).toMatch(
      /does not load: TypeError[^]*worker\.js:1[^]*require gives null for "?request/,
    );
  });

  it('talks over SMPP, and leaves contacts, counters and messages', async () => {
    const { client } = world;
    await client.must('PUT', '/accounts/clinic/apps/clinic/config', { config: { name: 'clinic' } });
    await client.must('PUT', '/accounts/clinic/routes/clinic', {
      app: 'clinic',
      transport: 'peer',
      to_addr: '8000',
    });
    expect(await say('hello')).toBe(MENU);
    expect(await say('1')).toBe('What is your name?');
    expect(await say('Thandi')).toBe('Are you Thandi?\n1. Yes\n2. No');
    expect(await say('1')).toMatch(/^Thank you, Thandi/);
    expect(await say('again')).toBe(MENU);
    expect(await say('7')).toBe('Thandi 1 +27761234567');
    // The answer does not wait for the row.
    const contacts = await eventually(
      () => client.must('GET', '/accounts/clinic/contacts'),
      (page) => page.items.length > 0,
    );
    expect(contacts.items).toMatchObject([
      { msisdn: '+27761234567', name: 'Thandi', extra: { visits: '1' } },
    ]);
  });

  it('does the same when one of its messages is run again', async () => {
    const { client } = world;
    const { items } = await client.must('GET', '/accounts/clinic/apps/clinic/runs');
    const replayed = await client.must('POST', '/accounts/clinic/apps/clinic/replay', {
      message_id: items[0].message_id,
    });
    expect(replayed).toMatchObject({ same: true, unrecorded_calls: [] });
  });

  it('is refused when it cannot be loaded, and the one before goes on', async () => {
    const { client } = world;
    const broken = `${clinicApp('legacy')}\n_.nothing.here();`;
    const answer = await client.call(
      'PUT',
      '/accounts/clinic/apps/clinic',
      zipOf({ 'workers/worker.js': broken }),
    );
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'app.load_failed',
        detail: expect.stringMatching(/ReferenceError[^]*workers\/worker\.js:\d+/),
      },
    });
    const syntax = `${clinicApp('legacy')}\nvar = 1;`;
    expect(
      await client.call('PUT', '/accounts/clinic/apps/clinic', zipOf({ 'workers/worker.js': syntax })),
    ).toMatchObject({ status: 422, body: { code: 'bundle.does_not_compile', file: 'workers/worker.js' } });
    expect(await say('hello')).toBe(MENU);
  });
});
