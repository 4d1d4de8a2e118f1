import { withValidity } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { NEVER, outbound, SmppFixture } from '../../testing/smpp-fixture.ts';
import { STATUS } from '../codec/statuses.ts';

let fixture: SmppFixture;

beforeEach(async () => {
  fixture = await SmppFixture.create();
});

afterEach(() => fixture[Symbol.asyncDispose]());

const LONG_AGO = '2020-01-01 00:00:00.000000';
const EXPIRED = [
  {
    event_type: 'nack',
    nack_reason: 'expired: its validity ended at 2020-01-01T00:01:00.000Z',
    transport_metadata: { outcome: 'expired' },
  },
];

describe('a message past its validity', () => {
  it('is not sent, and its sender hears of it, once', async () => {
    await fixture.start();
    const message = withValidity(outbound('x', { timestamp: LONG_AGO }), 60);
    await fixture.ports.send(message);
    await fixture.ports.send(message);
    expect(fixture.smsc.submits).toEqual([]);
    expect(fixture.ports.failures).toEqual([]);
    const [first, second] = fixture.eventsOf(message);
    expect([first]).toMatchObject(EXPIRED);
    expect(second?.event_id).toBe(first?.event_id);
  });

  it('is so by the transport’s option, where it says nothing itself', async () => {
    await fixture.start({ validity: 60 });
    const silent = outbound('x', { timestamp: LONG_AGO });
    await fixture.ports.send(silent);
    expect(fixture.eventsOf(silent)).toMatchObject(EXPIRED);
    const longer = withValidity(outbound('x', { timestamp: LONG_AGO }), 100 * 365 * 86_400);
    await fixture.ports.send(longer);
    expect(fixture.eventsOf(longer)).toMatchObject([{ event_type: 'ack' }]);
  });

  it('while the SMSC puts it off is not tried again', async () => {
    fixture.smsc.onSubmit = () => ({ status: STATUS.RTHROTTLED });
    await fixture.start();
    const message = withValidity(outbound('x'), 1);
    const sending = fixture.ports.send(message);
    await eventually(
      () => fixture.smsc.submits.length,
      (count) => count > 0,
    );
    await sending;
    expect(fixture.eventsOf(message)).toMatchObject([{ transport_metadata: { outcome: 'expired' } }]);
  });

  it('but was handed to the SMSC before, is what came of that', async () => {
    await fixture.start();
    const message = withValidity(outbound('x'), 3600);
    await fixture.ports.send(message);
    const next = fixture.nextLife();
    await fixture.start({}, next);
    const late = { ...message, transport_metadata: { expires_at: LONG_AGO } };
    await next.send(late);
    expect(fixture.eventsOf(message, next)).toMatchObject([{ event_type: 'ack' }]);
    expect(fixture.smsc.submits).toHaveLength(1);
  });
});

describe('a message that is cancelled', () => {
  const cancelled = [
    {
      event_type: 'nack',
      nack_reason: 'cancelled: its sender does not want it sent any more',
      transport_metadata: { outcome: 'cancelled' },
    },
  ];

  it('before it came is not sent, in this life or the next, on this machine or another', async () => {
    const transport = await fixture.start();
    const message = outbound('x');
    expect(await transport.cancel?.(message.message_id)).toBe(true);
    expect(await transport.cancel?.(message.message_id)).toBe(true);
    expect(fixture.eventsOf(message).slice(0, 1)).toMatchObject(cancelled);
    await fixture.ports.send(message);
    const next = fixture.nextLife();
    await fixture.start({}, next);
    await next.send(message);
    const elsewhere = fixture.nextLife();
    elsewhere.ledger.values.clear();
    await fixture.start({}, elsewhere);
    await elsewhere.send({ ...message, timestamp: LONG_AGO });
    expect(fixture.smsc.submits).toEqual([]);
    const ids = [fixture.ports, next, elsewhere].flatMap((ports) =>
      fixture.eventsOf(message, ports).map(({ event_id: id }) => id),
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('while the SMSC puts it off is not tried again', async () => {
    fixture.smsc.onSubmit = () => ({ status: STATUS.RTHROTTLED });
    const transport = await fixture.start({ throttle_delay: 5 });
    const message = outbound('x');
    const sending = fixture.ports.send(message);
    await eventually(
      () => transport.gauges()['throttled_total'],
      (count) => count === 1,
    );
    expect(await transport.cancel?.(message.message_id)).toBe(true);
    await sending;
    expect(fixture.smsc.submits).toHaveLength(1);
    expect(fixture.eventsOf(message)).toMatchObject([...cancelled, ...cancelled]);
  });

  it('comes too late once the SMSC has it, or may have it', async () => {
    let answer = (): void => {};
    fixture.smsc.onSubmit = () =>
      new Promise((resolve) => {
        answer = () => resolve({ status: STATUS.ROK, id: 'late' });
      });
    const transport = await fixture.start();
    const message = outbound('x');
    const sending = fixture.ports.send(message);
    await eventually(
      () => fixture.smsc.submits.length,
      (count) => count === 1,
    );
    expect(await transport.cancel?.(message.message_id)).toBe(false);
    answer();
    await sending;
    expect(await transport.cancel?.(message.message_id)).toBe(false);
    expect(fixture.eventsOf(message)).toMatchObject([{ event_type: 'ack' }]);
  });
});

describe('a message that the platform lets go no more', () => {
  const inactive = 'account "acme" is inactive';
  const discarded = {
    event_type: 'nack',
    nack_reason: 'discarded: account "acme" is inactive',
    transport_metadata: { outcome: 'discarded' },
  };

  it('while it waits for a place in the window is not sent, in this life or the next', async () => {
    const answers: (() => void)[] = [];
    fixture.smsc.onSubmit = (_, number) =>
      new Promise((resolve) => {
        answers.push(() => resolve({ status: STATUS.ROK, id: `id-${number}` }));
      });
    const transport = await fixture.start({ window: 1 });
    const [first, second, third] = [outbound('one'), outbound('two'), outbound('three')];
    const sending = [first, second, third].map((message) => fixture.ports.send(message));
    await eventually(
      () => [answers.length, transport.gauges()['waiting']],
      ([submitted, waiting]) => submitted === 1 && waiting === 2,
    );
    fixture.ports.refusal = inactive;
    answers[0]?.();
    await Promise.all(sending);
    expect(fixture.smsc.submits).toHaveLength(1);
    expect(fixture.eventsOf(first)).toMatchObject([{ event_type: 'ack' }]);
    for (const message of [second, third]) expect(fixture.eventsOf(message)).toMatchObject([discarded]);
    const next = fixture.nextLife();
    await fixture.start({}, next);
    await next.send(second);
    expect(fixture.eventsOf(second, next)).toMatchObject([discarded]);
    expect(fixture.smsc.submits).toHaveLength(1);
  });

  it('while the SMSC puts it off is not tried again', async () => {
    fixture.smsc.onSubmit = () => {
      fixture.ports.refusal = inactive;
      return { status: STATUS.RTHROTTLED };
    };
    await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    expect(fixture.smsc.submits).toHaveLength(1);
    expect(fixture.eventsOf(message)).toMatchObject([discarded]);
  });

  it('says what the SMSC has of it, when its first parts have gone', async () => {
    fixture.smsc.onSubmit = (_, number) => {
      fixture.ports.refusal = inactive;
      return { status: STATUS.ROK, id: `id-${number}` };
    };
    await fixture.start({ window: 1 });
    const message = outbound('x'.repeat(400));
    await fixture.ports.send(message);
    expect(fixture.smsc.submits).toHaveLength(1);
    expect(fixture.eventsOf(message)).toMatchObject([
      { ...discarded, transport_metadata: { outcome: 'discarded', parts_sent: 1 } },
    ]);
  });

  it('is uncertain when the SMSC may have it of an attempt before', async () => {
    fixture.smsc.onSubmit = () => {
      fixture.ports.refusal = inactive;
      return NEVER;
    };
    await fixture.start({ response_timeout: 0.05, uncertain_policy: 'at-least-once' });
    const message = outbound('x');
    await fixture.ports.send(message);
    expect(fixture.eventsOf(message)).toMatchObject([{ transport_metadata: { outcome: 'uncertain' } }]);
  });
});

describe('what the SMSC is told of the validity', () => {
  const validityOf = async (message: ReturnType<typeof outbound>) => {
    await fixture.ports.send(message);
    return fixture.smsc.submits.at(-1)?.validityPeriod;
  };

  it('is what is left of it, relative to now', async () => {
    await fixture.start({ validity: 86_400 });
    expect(await validityOf(outbound('x'))).toMatch(/^000000235959000R$|^000001000000000R$/);
    const day = 86_400_000;
    const timestamp = new Date(Date.now() - 2 * day).toISOString().replace('T', ' ').replace('Z', '000');
    expect(await validityOf(withValidity(outbound('x', { timestamp }), 3 * 86_400))).toMatch(
      /^000000235959000R$|^000001000000000R$/,
    );
  });

  it('is a time where its sender gave one, and nothing where nobody says anything', async () => {
    await fixture.start();
    const transport_metadata = { smpp: { validity_period: '990101120000004+' } };
    expect(await validityOf(outbound('x', { transport_metadata }))).toBe('990101120000004+');
    expect(await validityOf(outbound('x'))).toBe('');
  });
});
