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

  describe('on USSD, with an endpoint for SMS', () => {
    const DIALLER = '27760000011';
    const route = (name: string, fields: object) =>
      world.client.must('PUT', `/accounts/clinic/routes/${name}`, { app: 'clinic', ...fields });
    const SMS = { transport: 'peer', to_addr: '8000' };

    /** ussd_service_op 1 opens a session, 17 ends it (section 5.3.2.44). */
    async function dial(operation: number): Promise<void> {
      await world.client.must('POST', '/simulators/smsc/messages', {
        from_addr: DIALLER,
        to_addr: '*120*1#',
        content: '',
        tlvs: { ussd_service_op: operation },
      });
    }

    const screens = async (): Promise<string[]> => {
      const { items } = await world.client.must('GET', `/simulators/smsc/messages?address=%2B${DIALLER}`);
      return items.map(({ content }: { content: string }) => content);
    };

    beforeAll(async () => {
      const { client, platform } = world;
      const config = {
        host: '127.0.0.1',
        port: platform.api?.smscPort,
        system_id: 'ussd',
        password: 'secret',
      };
      await client.must('PUT', '/transports/ussd', { type: 'smpp', config });
      await client.must('PUT', '/accounts/clinic/apps/clinic/config', {
        config: { name: 'clinic', endpoints: { sms: { delivery_class: 'sms' } } },
      });
      await route('dial', { transport: 'ussd', to_addr: '*120*1#' });
      await eventually(
        async () => (await client.must('GET', '/simulators/smsc/sessions')).items.length,
        (bound) => bound > 0,
      );
    });

    const lines = async (): Promise<string[]> => {
      const { items } = await world.client.must('GET', '/accounts/clinic/apps/clinic/logs?level=error');
      return items.map(({ text }: { text: string }) => text);
    };

    it('an SMS by an endpoint that has no route goes over no other, and the author is told', async () => {
      const before = peer.submitted.length;
      await dial(1);
      await eventually(screens, (all) => all.length === 1);
      await dial(17);
      const told = await eventually(lines, (all) => all.some((text) => text.includes('endpoint')));
      expect(told).toContainEqual(
        expect.stringMatching(/the endpoint "sms" of this app has no route .*--endpoint sms/),
      );
      expect(await screens()).toEqual([MENU]);
      expect(peer.submitted.length).toBe(before);
    });

    it('who hangs up gets an SMS from the number of its route, and an answer to it comes by that endpoint', async () => {
      await route('clinic', { ...SMS, endpoint: 'sms' });
      const before = peer.submitted.length;
      await dial(1);
      await eventually(screens, (all) => all.length === 2);
      await dial(17);
      const sent = await eventually(
        () => peer.submitted.slice(before),
        (all) => all.length > 0,
      );
      expect(sent).toMatchObject([{ from: '8000', to: DIALLER, text: 'Dial again to go on.' }]);
      expect(await screens()).toEqual([MENU, MENU]);

      const echo = `export default { async onMessage(message, app) {
        await message.reply(message.routing_metadata.endpoint_name, { end: true });
        if (message.content === 'both')
          for (const endpoint of ['sms', 'default']) await app.send('${DIALLER}', endpoint, { endpoint });
      } };`;
      await world.client.must('PUT', '/accounts/clinic/apps/echo', zipOf({ 'workers/worker.js': echo }));
      await route('clinic', { ...SMS, app: 'echo', endpoint: 'sms' });
      await route('dial', { app: 'echo', transport: 'ussd', to_addr: '*120*1#' });
      expect(await say('which?')).toBe('sms');
      await dial(1);
      await eventually(screens, (all) => all.at(-1) === 'default');
      const written = peer.submitted.length;
      await peer.deliver(DIALLER, '8000', 'both');
      await eventually(
        () => peer.submitted.slice(written).map(({ text }) => text),
        (all) => all.length === 2,
      );
      await eventually(screens, (all) => all.filter((text) => text === 'default').length === 2);
      expect(peer.submitted.slice(written).map(({ text }) => text)).toEqual(['sms', 'sms']);
    });
  });
});
