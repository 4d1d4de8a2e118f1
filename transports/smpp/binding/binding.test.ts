import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { SmppFixture } from '../../testing/smpp-fixture.ts';
import { TestSmsc } from '../../testing/test-smsc.ts';
import { STATUS } from '../codec/statuses.ts';

let fixture: SmppFixture;

beforeEach(async () => {
  fixture = await SmppFixture.create();
});

afterEach(() => fixture[Symbol.asyncDispose]());

describe('binding', () => {
  it('introduces itself as configured and says how it is doing', async () => {
    const transport = await fixture.start({
      system_type: 'VMA',
      address_range: '^123',
      password: 'longer-than-8',
    });
    await fixture.smsc.session();
    expect(fixture.smsc.binds).toMatchObject([
      {
        systemId: 'vumi',
        password: 'longer-than-8',
        systemType: 'VMA',
        interfaceVersion: 0x34,
        addressRange: '^123',
      },
    ]);
    await eventually(
      () => fixture.statusTypes,
      (types) => types.includes('bound'),
    );
    expect(fixture.statusTypes).toEqual(['binding', 'bound']);
    expect(transport.status()).toMatchObject({ component: 'smpp', status: 'ok', type: 'bound' });
    expect(transport.gauges()).toMatchObject({ binds_bound: 1, binds_wanted: 1, in_flight: 0, window: 50 });
  });

  it('comes back when the connection goes, and takes no messages meanwhile', async () => {
    await fixture.start();
    await eventually(
      () => fixture.ports.paused,
      (paused) => !paused,
    );
    await fixture.smsc.cut();
    await eventually(
      () => fixture.ports.paused,
      (paused) => paused,
    );
    await fixture.smsc.session();
    await eventually(
      () => fixture.ports.paused,
      (paused) => !paused,
    );
    expect(fixture.statusTypes).toEqual(['binding', 'bound', 'connection_lost', 'binding', 'bound']);
  });

  it('says what is wrong when it is refused, and goes on trying', async () => {
    fixture.smsc.onBind = () => STATUS.RINVPASWD;
    const transport = await fixture.start();
    await eventually(
      () => transport.status().type,
      (type) => type === 'bind_failed',
    );
    expect(transport.status()).toMatchObject({ status: 'down' });
    expect(transport.status().message).toContain('ESME_RINVPASWD: check system_id, password');
    fixture.smsc.onBind = () => STATUS.ROK;
    await fixture.smsc.session();
  });

  it.each([
    ['whole', false, 'secret-of-12', 'it is sent whole; if this SMSC keeps 8 only, set cut_long_password'],
    ['cut where the operator says so', true, 'secret-o', 'only those are sent, as cut_long_password says'],
  ])('sends a long password %s, and says so when it is refused', async (_, cut, sent, advice) => {
    fixture.smsc.onBind = () => STATUS.RINVPASWD;
    const transport = await fixture.start({ password: 'secret-of-12', cut_long_password: cut });
    await eventually(
      () => transport.status().type,
      (type) => type === 'bind_failed',
    );
    expect(fixture.smsc.binds[0]?.password).toBe(sent);
    const { message } = transport.status();
    expect(message).toContain(`the password has 12 characters, and SMPP has room for 8: ${advice}`);
    expect(message).not.toContain('secret');
  });

  it('takes names that are longer than SMPP has room for', async () => {
    const names = { system_id: 'integrator@customer.example', system_type: 'customer-of-ours' };
    await fixture.start(names);
    await fixture.smsc.session();
    expect(fixture.smsc.binds).toMatchObject([{ systemId: names.system_id, systemType: names.system_type }]);
  });

  it('waits for an SMSC that is not there yet', async () => {
    const { port } = fixture.smsc;
    await fixture.smsc[Symbol.asyncDispose]();
    const transport = await fixture.start({ port });
    await eventually(
      () => transport.status().type,
      (type) => type === 'connection_lost',
    );
    expect(transport.status().message).toContain('ECONNREFUSED');
    fixture.smsc = await TestSmsc.start(port);
    await fixture.smsc.session();
  });

  it.each([
    ['an unknown option', { windw: 3 }, 'did you mean "window"'],
    ['a missing option', { host: undefined }, '"host" is missing'],
    ['a password that has no octets', { password: 'geheim€' }, '"password": printable characters'],
    ['a pattern without groups', { delivery_report_regex: 'id:(.*)' }, 'named groups id and stat'],
  ])('refuses a configuration with %s', async (_, config, text) => {
    await expect(fixture.start(config)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(text),
    });
  });
});
