import { patientlyNow } from '@vumi/machine/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { outbound, SmppFixture } from '../../testing/smpp-fixture.ts';
import { STATUS } from '../codec/statuses.ts';

let fixture: SmppFixture;

beforeEach(async () => {
  fixture = await SmppFixture.create();
});

afterEach(() => fixture[Symbol.asyncDispose]());

const ok = (id: string) => ({ status: STATUS.ROK, id });

describe('a part that the SMSC puts off (spec smpp §5)', () => {
  it.each(['RTHROTTLED', 'RMSGQFUL', 'RSYSERR'] as const)(
    'point 56: is sent again after %s, and counted',
    async (name) => {
      fixture.smsc.onSubmit = (_, number) => (number < 4 ? { status: STATUS[name] } : ok('at last'));
      const transport = await fixture.start();
      const startedAt = performance.now();
      await fixture.ports.send(outbound('x'));
      expect(fixture.ports.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'at last' }]);
      expect(fixture.smsc.submits).toHaveLength(4);
      // Delays of 20, 40 and 80 ms less the jitter.
      expect(performance.now() - startedAt).toBeGreaterThan(100);
      const throttled_total = name === 'RSYSERR' ? 0 : 3;
      expect(transport.gauges()).toMatchObject({ retried_total: 3, throttled_total });
    },
  );

  it.each(['RINVDSTADR', 'RINVSRCADR', 'RSUBMITFAIL', 'RINVMSGLEN'] as const)(
    'point 56: but not after %s, which says that it is the part',
    async (name) => {
      fixture.smsc.onSubmit = () => ({ status: STATUS[name] });
      await fixture.start();
      await fixture.ports.send(outbound('x'));
      expect(fixture.smsc.submits).toHaveLength(1);
      expect(fixture.ports.events).toMatchObject([{ event_type: 'nack', nack_reason: `ESME_${name}` }]);
    },
  );

  it.each([
    ['faults of the SMSC', STATUS.RSYSERR, { system_error_attempts: 3 }, 'ESME_RSYSERR'],
    ['throttling', STATUS.RTHROTTLED, { submit_sm_attempts: 3 }, 'ESME_RTHROTTLED'],
  ])('point 56: fails after so many attempts for %s', async (_, status, config, name) => {
    fixture.smsc.onSubmit = () => ({ status });
    await fixture.start(config);
    await fixture.ports.send(outbound('x'));
    expect(fixture.smsc.submits).toHaveLength(3);
    const nack_reason = `${name} at each of 3 attempts`;
    expect(fixture.ports.events).toMatchObject([{ event_type: 'nack', nack_reason }]);
  });

  it('point 56: fails when submit_sm_expiry has passed', async () => {
    fixture.smsc.onSubmit = () => ({ status: STATUS.RMSGQFUL });
    await fixture.start({ submit_sm_expiry: 0.15 });
    await fixture.ports.send(outbound('x'));
    expect(fixture.ports.events).toMatchObject([{ event_type: 'nack' }]);
    expect(fixture.smsc.submits.length).toBeGreaterThan(1);
  });

  it('point 56: of a full queue of one phone does not hold up the others', async () => {
    fixture.smsc.onSubmit = ({ destinationAddr }, number) =>
      destinationAddr === '666' ? { status: STATUS.RMSGQFUL } : ok(`id-${number}`);
    await fixture.start({ submit_sm_attempts: 1000, throttle_delay: 0.02 });
    const stuck = fixture.ports.send(outbound('x', { to_addr: '666' })).catch(() => {});
    await Promise.all(Array.from({ length: 20 }, () => fixture.ports.send(outbound('y'))));
    expect(fixture.ports.events).toHaveLength(20);
    await fixture.smsc[Symbol.asyncDispose]();
    void stuck;
  });

  it('point 56: is sent on a new session when the SMSC holds the old one for unbound', async () => {
    fixture.smsc.onSubmit = (_, number) =>
      number === 1 ? { status: STATUS.RINVBNDSTS } : ok(`id-${number}`);
    await fixture.start();
    await fixture.ports.send(outbound('x'));
    expect(fixture.smsc.submittedOn).toEqual([0, 1]);
    expect(fixture.ports.events).toMatchObject([{ event_type: 'ack' }]);
  });

  it('goes back to its queue when the transport closes meanwhile', async () => {
    fixture.smsc.onSubmit = () => ({ status: STATUS.RSYSERR });
    const transport = await fixture.start({ throttle_delay: 10 });
    const sent = fixture.ports.send(outbound('x'));
    const refused = expect(sent).rejects.toMatchObject({ code: 'transport.not_connected', outage: true });
    await eventually(
      () => transport.gauges()['retried_total'],
      (count) => count === 1,
    );
    await transport[Symbol.asyncDispose]();
    await refused;
  });
});

describe('a part of which nobody knows (spec smpp §5)', () => {
  it('point 57: is sent again when no response came in time, where the policy says so', async () => {
    fixture.smsc.onSubmit = (_, number) => (number === 1 ? new Promise(() => {}) : ok('second'));
    await fixture.start({ response_timeout: 0.05, uncertain_policy: 'at-least-once' });
    await fixture.ports.send(outbound('x'));
    expect(fixture.smsc.submits).toHaveLength(2);
    expect(fixture.ports.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'second' }]);
  });

  it('point 57: is uncertain in the end, however often the policy lets it be sent', async () => {
    fixture.smsc.onSubmit = () => new Promise(() => {});
    const config = { response_timeout: 0.03, uncertain_policy: 'at-least-once', submit_sm_attempts: 3 };
    const transport = await fixture.start(config);
    await fixture.ports.send(outbound('x'));
    expect(fixture.smsc.submits).toHaveLength(3);
    expect(fixture.ports.events).toMatchObject([{ transport_metadata: { outcome: 'uncertain' } }]);
    expect(transport.gauges()).toMatchObject({ uncertain_total: 1 });
  });

  it('point 58: is not sent again when its response comes while it waits for its turn', async () => {
    const late = Promise.withResolvers<{ status: number; id: string }>();
    fixture.smsc.onSubmit = (_, number) => (number === 1 ? late.promise : ok(`id-${number}`));
    await fixture.start({ response_timeout: 0.1, uncertain_policy: 'at-least-once', mt_tps: 2 });
    const sent = fixture.ports.send(outbound('x'));
    // The next turn is half a second after the first.
    setTimeout(() => late.resolve(ok('late')), 250);
    await sent;
    expect(fixture.smsc.submits).toHaveLength(1);
    expect(fixture.ports.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'late' }]);
  });
});

describe('options of sending', () => {
  it('mt_tps counts parts, in every second', async () => {
    const at: number[] = [];
    fixture.smsc.onSubmit = (_, number) => {
      at.push(performance.now());
      return ok(`id-${number}`);
    };
    await fixture.start({ mt_tps: 20 });
    await Promise.all([fixture.ports.send(outbound('a'.repeat(1500))), fixture.ports.send(outbound('b'))]);
    const took = (at.at(-1) ?? 0) - (at[0] ?? 0);
    // 11 parts: ten gaps of 50 ms, of which timers may make up 10 ms.
    expect(at).toHaveLength(11);
    expect(took).toBeGreaterThan(450);
    expect(took).toBeLessThan(patientlyNow(900));
  });

  it('mt_tps counts the segments of a message that goes whole', async () => {
    const at: number[] = [];
    fixture.smsc.onSubmit = (_, number) => {
      at.push(performance.now());
      return ok(`id-${number}`);
    };
    await fixture.start({ mt_tps: 20, send_long_messages: true });
    await fixture.ports.send(outbound('a'.repeat(1500)));
    await fixture.ports.send(outbound('b'));
    expect(at).toHaveLength(2);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(400);
  });

  it('disable_ack keeps acks back, and nothing else', async () => {
    fixture.smsc.onSubmit = (_, number) => (number === 1 ? ok('a') : { status: STATUS.RINVDSTADR });
    await fixture.start({ disable_ack: true });
    await fixture.ports.send(outbound('x'));
    await fixture.ports.send(outbound('y'));
    expect(fixture.ports.events).toMatchObject([{ event_type: 'nack' }]);
  });

  it('a window that holds messages up is told with figures', async () => {
    fixture.smsc.onSubmit = async (_, number) => {
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
      return ok(`id-${number}`);
    };
    const transport = await fixture.start({ window: 2 });
    const sending = Promise.all(Array.from({ length: 250 }, () => fixture.ports.send(outbound('x'))));
    const status = await eventually(
      () => transport.status(),
      ({ message }) => message.includes('holds messages up'),
    );
    expect(status.message).toMatch(/window 2 × 2\d(\.\d)? ms = \d+\/s holds messages up/);
    await sending;
  });
});
