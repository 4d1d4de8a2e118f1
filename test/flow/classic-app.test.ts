import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { clinicApp } from '../classic/clinic-app.ts';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { vumi } from '../vumi-command.ts';

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

  async function say(content: string, number = '8000'): Promise<string> {
    const before = peer.submitted.length;
    await peer.deliver('27761234567', number, content);
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

  /** As people keep an app of Vumi Go, with what Vumi Go mailed and printed. */
  const FOLDER = {
    'go-app.js': `${clinicApp('legacy')}\n// { endpoint: 'sms' }`,
    'Gruntfile.js': 'module.exports = function() {};',
    'package.json': '{"devDependencies": {"vumigo_v02": "~0.2"}}',
    'config/config.qa.json': '{"metric_store": "qa"}',
    'config/go-app.zul.json': '{"": {}, "Yes": [null, "Yebo"]}',
    'config/reports.json': '{"layout": []}',
    'contacts-export.csv':
      'key,name,surname,email_address,msisdn,dob,twitter_handle,created_at,visits\r\n' +
      'c1,Thandi,,,+27761234567,1980-12-31 00:00:00,,2014-01-01 10:00:00.000001,4\r\n' +
      ',"Joe ""J""",,,27761234568,,,2014-01-01 10:00:00,\r\n',
    'groups.ndjson':
      '{"key": "g1", "name": "mothers", "query": null}\n{"key": "g2", "name": "all", "query": "name:*"}\n',
    'groups/mothers.csv': 'key,name,msisdn\nc1,Thandi,+27761234567\n',
    'opt-outs.txt':
      'Address Type, Address, Message ID, Timestamp\n============================================\n' +
      'msisdn, +27761234569, None, 2014-01-01 10:00:00\n',
    'kv.json': '{"clinic.sessions": 7, "users.old.+27761234567": {"lang": "zul"}}',
  };

  async function folderOf(files: Record<string, string>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'vumi-go-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return folder;
  }

  it('moves with what belongs to it, in one command that may be given again', async () => {
    const { client } = world;
    const folder = await folderOf(FOLDER);
    const move = (...more: string[]) =>
      vumi(
        client,
        'app',
        'import-go',
        folder,
        '--account',
        'moved',
        '--name',
        'moved',
        '--route',
        'default=peer:8001',
        ...more,
      );
    const asked = await move();
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('--yes, or --dry-run')]);

    const dry = await move('--dry-run');
    expect([dry.code, dry.err]).toEqual([0, '']);
    expect(dry.out).toMatch(
      /would make {4}contacts: .*contacts-export\.csv: 2 new, 0 changed, 0 the same, 0 refused/,
    );
    expect(dry.out).toMatch(/by hand {2}endpoint "sms" leads nowhere yet: npx vumi route set moved-sms/);
    expect(dry.out).toMatch(/reports\.json: the dashboards of Vumi Go are not there/);
    expect((await client.call('GET', '/accounts/moved')).status).toBe(404);

    const done = await move('--yes');
    expect([done.code, done.err], done.out).toEqual([0, '']);
    const contacts = await client.must('GET', '/accounts/moved/contacts');
    expect(contacts.items).toHaveLength(2);
    expect(await client.must('GET', '/accounts/moved/contacts/c1')).toMatchObject({
      msisdn: '+27761234567',
      name: 'Thandi',
      dob: '1980-12-31T00:00:00.000Z',
      groups: ['g1'],
      extra: { visits: '4' },
    });
    const optouts = await client.must('GET', '/accounts/moved/optouts');
    expect(optouts.items).toMatchObject([{ address_type: 'msisdn', address_value: '+27761234569' }]);
    const state = await client.must('GET', '/accounts/moved/apps/moved/state');
    expect(state.items).toEqual([
      { key: 'clinic.sessions', value: 7 },
      { key: 'users.old.+27761234567', value: { lang: 'zul' } },
    ]);
    const { config } = await client.must('GET', '/accounts/moved/apps/moved');
    expect(config).toEqual({
      config: { name: 'moved', metric_store: 'qa', endpoints: { sms: { delivery_class: 'sms' } } },
      'translation.zul': { '': {}, Yes: [null, 'Yebo'] },
    });
    const { items } = await client.must('GET', '/accounts/moved/apps/moved/versions');
    expect(items).toMatchObject([
      { libraries: 'legacy', libraries_reason: 'package.json asks for vumigo_v02 ~0.2' },
    ]);

    const again = await move('--yes', '--json');
    const { steps } = JSON.parse(again.out) as { steps: { step: string; outcome: string }[] };
    expect(steps.filter(({ outcome }) => outcome !== 'same')).toEqual([]);
    expect(steps.map(({ step }) => step)).toEqual([
      'account',
      'app',
      'config',
      'groups',
      'contacts',
      'contacts of the group mothers',
      'opt-outs',
      'kv',
      'route',
    ]);

    await client.must('PUT', '/numbers', { account: 'moved', transport: 'peer', number: '8001' });
    expect(await say('hello', '8001')).toBe(MENU);
    // What it counts goes on from what was moved, and is listed with it.
    const kept = await eventually(
      () => client.must('GET', '/accounts/moved/apps/moved/state?prefix=users.'),
      (page) => page.items.length > 1,
    );
    expect(kept.items.map(({ key }: { key: string }) => key).join(' ')).toMatch(
      /users\.moved\.\+?27761234567/,
    );
  });

  it('says by its line what of a file is refused, and takes the rest', async () => {
    const { client } = world;
    const folder = await folderOf({
      'go-app.js': clinicApp('legacy'),
      'contacts.csv':
        'name,msisdn,dob\nAnn,+27761234570,\n"Two\nlines",+27761234571,soon\nBob,+27761234572,\nTom\n',
      'kv.csv': 'key,value\na,1\n,2\nb,{"c": [3]}\n',
    });
    const { code, out, err } = await vumi(
      client,
      'app',
      'import-go',
      folder,
      '--account',
      'moved',
      '--name',
      'half',
      '--yes',
    );
    expect([code, err]).toEqual([1, expect.stringMatching(/not all of it was taken: contacts, kv/)]);
    expect(out).toMatch(
      /contacts\.csv: 2 new, 0 changed, 0 the same, 2 refused\n {4}line 6: it has 1 cells[^]* line 3: .*date/,
    );
    expect(out).toMatch(/kv\.csv: 2 new, 0 changed, 0 the same, 1 refused\n {4}line 3: it has no key/);
  });

  it('has its records at the command line', async () => {
    const { client } = world;
    const cli = (...words: string[]) => vumi(client, ...words, '--account', 'moved');
    await cli('kv', 'set', 'moved', 'round', '3');
    expect((await cli('kv', 'get', 'moved', 'round')).out).toBe('3\n');
    expect((await cli('kv', 'list', 'moved', 'clinic.', '--json')).out).toContain('"clinic.sessions"');
    await cli('kv', 'rm', 'moved', 'round');
    expect((await cli('kv', 'get', 'moved', 'round')).code).toBe(1);
    expect((await cli('contacts', 'set', 'zoe', 'msisdn=+27761234580', 'name==Zoe')).out).toBe(
      'Contact zoe: made.\n',
    );
    for (const kind of ['contacts', 'optouts'] as const) {
      const csv = await cli(kind, 'export');
      const folder = await folderOf({
        [`${kind}.csv`]: csv.out,
        [`${kind}.ndjson`]: (await cli(kind, 'export', '--format', 'ndjson')).out,
      });
      for (const format of ['csv', 'ndjson']) {
        const back = await cli(kind, 'import', join(folder, `${kind}.${format}`));
        expect(back.out, back.err).toMatch(/: 0 new, 0 changed, [1-9]\d* the same\n$/);
      }
    }
    expect((await cli('optouts', 'get', '27761234569')).out).toMatch(/opted out at/);
    expect((await cli('optouts', 'rm', '+27761234569')).code).toBe(0);
    expect((await cli('contacts', 'rm', 'zoe', '--yes')).out).toBe('Contact zoe is forgotten.\n');
  });
});
