import { deriveId } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { MemoryLedger, MemoryPorts } from '../../testing/memory-ports.ts';
import { NEVER, outbound, SmppFixture } from '../../testing/smpp-fixture.ts';
import { TestSmsc } from '../../testing/test-smsc.ts';
import { STATUS } from '../codec/statuses.ts';

let fixture: SmppFixture;

beforeEach(async () => {
  fixture = await SmppFixture.create();
});

afterEach(() => fixture[Symbol.asyncDispose]());

describe('an outbound message', () => {
  it('becomes a submit_sm, and the response an ack', async () => {
    await fixture.start({ service_type: 'CMT', source_addr_ton: 5, dest_addr_ton: 1 });
    const message = outbound('Hello [you]');
    await fixture.ports.send(message);
    expect(fixture.smsc.submits).toMatchObject([
      {
        serviceType: 'CMT',
        sourceAddrTon: 5,
        sourceAddr: '12345',
        destAddrTon: 1,
        destAddrNpi: 1,
        destinationAddr: '27761234567',
        esmClass: 0,
        registeredDelivery: 1,
        dataCoding: 0,
        shortMessage: Buffer.from('Hello \x1b<you\x1b>', 'latin1'),
      },
    ]);
    expect(fixture.ports.events).toMatchObject([
      {
        event_type: 'ack',
        event_id: deriveId(message.message_id, 'ack'),
        user_message_id: message.message_id,
        sent_message_id: 'id-1',
        transport_name: 'smpp_a',
      },
    ]);
  });

  it.each([
    ['no content', null, '', 0],
    ['UTF-16 where GSM lacks a character', 'ж', '0436', 8],
    ['GSM', '@', '00', 0],
  ])('is sent with %s', async (_, content, hex, dataCoding) => {
    await fixture.start({ registered_delivery: false });
    await fixture.ports.send(outbound(content));
    expect(fixture.smsc.submits).toMatchObject([
      { dataCoding, registeredDelivery: 0, shortMessage: Buffer.from(hex, 'hex') },
    ]);
  });

  it('that the SMSC refuses is a nack with the name of the status, and a failure', async () => {
    fixture.smsc.onSubmit = () => ({ status: STATUS.RINVDSTADR });
    await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    expect(fixture.ports.events).toMatchObject([{ event_type: 'nack', nack_reason: 'ESME_RINVDSTADR' }]);
    expect(fixture.ports.failures).toMatchObject([
      { reason: 'ESME_RINVDSTADR', failure_code: null, message },
    ]);
  });

  it.each([
    ['a to_addr that is not ASCII', { to_addr: '+\u2000' }, 'Invalid to_addr: +\u2000'],
    ['no to_addr', { to_addr: null }, 'Invalid to_addr: null'],
    ['a from_addr that is not ASCII', { from_addr: 'Klinik Ä' }, 'Invalid from_addr: Klinik Ä'],
    ['a name as to_addr', { to_addr: 'nobody' }, 'Invalid to_addr: nobody'],
    ['a plus as to_addr', { to_addr: '+' }, 'Invalid to_addr: +'],
    ['a to_addr that is too long', { to_addr: '1'.repeat(21) }, `Invalid to_addr: ${'1'.repeat(21)}`],
    ['too much content', { content: 'x'.repeat(153 * 255 + 1) }, 'content needs more than 255 parts'],
  ])('with %s is a nack, and nothing is sent', async (_, fields, reason) => {
    await fixture.start();
    await fixture.ports.send(outbound('x', fields));
    expect(fixture.ports.events).toMatchObject([{ event_type: 'nack', nack_reason: reason }]);
    expect(fixture.smsc.submits).toEqual([]);
  });

  it('that is long goes in parts and is one ack', async () => {
    await fixture.start();
    await fixture.ports.send(outbound('a'.repeat(400)));
    const headers = fixture.smsc.submits.map(({ shortMessage }) => [...shortMessage.subarray(0, 6)]);
    const reference = headers[0]?.[3];
    expect(headers).toEqual([1, 2, 3].map((part) => [5, 0, 3, reference, 3, part]));
    expect(fixture.smsc.submits.every(({ esmClass }) => esmClass === 0x40)).toBe(true);
    expect(fixture.ports.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'id-1,id-2,id-3' }]);
  });

  it('of which a part is refused is one nack', async () => {
    fixture.smsc.onSubmit = (_, number) => ({
      status: number === 1 ? STATUS.ROK : STATUS.RSUBMITFAIL,
      id: 'x',
    });
    await fixture.start();
    await fixture.ports.send(outbound('a'.repeat(400)));
    expect(fixture.ports.events).toMatchObject([{ event_type: 'nack', nack_reason: 'ESME_RSUBMITFAIL' }]);
  });

  it('point 59: of which a part is throttled is sent on with that part alone', async () => {
    fixture.smsc.onSubmit = (_, number) => ({
      status: number === 2 || number === 4 ? STATUS.RTHROTTLED : STATUS.ROK,
      id: `id-${number}`,
    });
    await fixture.start();
    await fixture.ports.send(outbound('a'.repeat(400)));
    const parts = fixture.smsc.submits.map(({ shortMessage }) => shortMessage[5]);
    expect(parts).toEqual([1, 2, 3, 2, 2]);
    expect(fixture.smsc.submits[1]?.shortMessage).toEqual(fixture.smsc.submits[4]?.shortMessage);
    expect(fixture.ports.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'id-1,id-5,id-3' }]);
    expect(fixture.statusTypes.slice(-2)).toEqual(['throttled', 'throttled_end']);
  });

  it('waits for the bind', async () => {
    fixture.smsc.onBind = () => STATUS.RBINDFAIL;
    await fixture.start();
    const sent = fixture.ports.send(outbound('x'));
    await eventually(
      () => fixture.smsc.binds.length,
      (count) => count > 0,
    );
    fixture.smsc.onBind = () => STATUS.ROK;
    await sent;
    expect(fixture.ports.events).toMatchObject([{ event_type: 'ack' }]);
  });

  it('that is in flight when the transport closes gets its ack', async () => {
    const answer = Promise.withResolvers<{ status: number; id: string }>();
    fixture.smsc.onSubmit = () => answer.promise;
    const transport = await fixture.start();
    const sent = fixture.ports.send(outbound('x'));
    await eventually(
      () => fixture.smsc.submits.length,
      (count) => count === 1,
    );
    const closed = transport[Symbol.asyncDispose]();
    answer.resolve({ status: STATUS.ROK, id: 'late' });
    await sent;
    await closed;
    expect(fixture.ports.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'late' }]);
  });

  it('that waits for a place in the window when the transport closes goes back to its queue', async () => {
    fixture.smsc.onSubmit = () => NEVER;
    const transport = await fixture.start({ window: 1 });
    const first = fixture.ports.send(outbound('a'));
    const second = fixture.ports.send(outbound('b'));
    const refused = expect(second).rejects.toMatchObject({ code: 'transport.not_connected', outage: true });
    await eventually(
      () => fixture.smsc.submits.length,
      (count) => count === 1,
    );
    const closed = transport[Symbol.asyncDispose]();
    await refused;
    await fixture.smsc.cut();
    await first;
    await closed;
    expect(fixture.ports.events).toMatchObject([{ transport_metadata: { outcome: 'uncertain' } }]);
  });

  it('that was not sent when the transport closes goes back to its queue', async () => {
    fixture.smsc.onBind = () => STATUS.RBINDFAIL;
    const transport = await fixture.start();
    const sent = fixture.ports.send(outbound('x'));
    const refused = expect(sent).rejects.toMatchObject({ code: 'transport.not_connected', outage: true });
    await transport[Symbol.asyncDispose]();
    await refused;
    expect(fixture.ports.events).toEqual([]);
  });
});

describe('a message of which nobody knows whether the SMSC has it', () => {
  const uncertain = {
    event_type: 'nack',
    nack_reason: expect.stringMatching(/^uncertain: /),
    transport_metadata: { outcome: 'uncertain' },
  };

  async function sendAndCut(): Promise<Promise<void>> {
    const sent = fixture.ports.send(outbound('x'));
    await eventually(
      () => fixture.smsc.submits.length,
      (count) => count === 1,
    );
    fixture.smsc.onSubmit = () => ({ status: STATUS.ROK, id: 'again' });
    await fixture.smsc.cut();
    return sent;
  }

  it('is reported when the connection broke', async () => {
    fixture.smsc.onSubmit = () => NEVER;
    await fixture.start();
    await sendAndCut();
    expect(fixture.ports.events).toMatchObject([uncertain]);
    expect(fixture.smsc.submits).toHaveLength(1);
  });

  it('is sent again under the other policy', async () => {
    fixture.smsc.onSubmit = () => NEVER;
    await fixture.start({ uncertain_policy: 'at-least-once' });
    await sendAndCut();
    expect(fixture.ports.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'again' }]);
    expect(fixture.smsc.submits).toHaveLength(2);
  });

  it('is reported when no response came in time, and its receipt still finds it', async () => {
    const answer = Promise.withResolvers<{ status: number; id: string }>();
    fixture.smsc.onSubmit = () => answer.promise;
    await fixture.start({ response_timeout: 0.05 });
    const message = outbound('x');
    await fixture.ports.send(message);
    expect(fixture.ports.events).toMatchObject([uncertain]);
    answer.resolve({ status: STATUS.ROK, id: 'late' });
    await eventually(
      () => [...fixture.ports.state.values.keys()],
      (keys) => keys.length > 0,
    );
    await fixture.smsc.receipt('id:late stat:DELIVRD');
    expect(fixture.eventsOf(message)).toMatchObject([uncertain, { delivery_status: 'delivered' }]);
  });

  it.each([
    ['at-most-once', 0, uncertain],
    ['at-least-once', 1, { event_type: 'ack' }],
  ] as const)('after a kill in between is treated as %s says', async (policy, submits, event) => {
    fixture.smsc.onSubmit = () => NEVER;
    await fixture.start();
    const message = outbound('x');
    void fixture.ports.send(message).catch(() => {});
    await eventually(
      () => fixture.smsc.submits.length,
      (count) => count === 1,
    );
    const survivor = fixture.nextLife();
    const next = await TestSmsc.start();
    await fixture.start({ port: next.port, uncertain_policy: policy }, survivor);
    await survivor.send(message, true);
    expect(survivor.events).toMatchObject([event]);
    expect(next.submits).toHaveLength(submits);
    await next[Symbol.asyncDispose]();
  });
});

describe('a message that is delivered to the transport again', () => {
  it('is not sent again, and its event is the same', async () => {
    await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    await fixture.ports.send(message, true);
    expect(fixture.smsc.submits).toHaveLength(1);
    const [first, second] = fixture.eventsOf(message);
    expect(second).toMatchObject({ event_type: 'ack', event_id: first?.event_id, sent_message_id: 'id-1' });
  });

  it('while it is being sent is sent once', async () => {
    await fixture.start();
    const message = outbound('x');
    await Promise.all([fixture.ports.send(message), fixture.ports.send(message)]);
    expect(fixture.smsc.submits).toHaveLength(1);
    expect(fixture.ports.events).toHaveLength(1);
  });

  it('goes on with the parts that were not sent, under the same reference', async () => {
    fixture.smsc.onSubmit = (_, number) => (number === 1 ? { status: STATUS.ROK, id: 'id-1' } : NEVER);
    await fixture.start({ window: 1 });
    const message = outbound('a'.repeat(400));
    void fixture.ports.send(message).catch(() => {});
    await eventually(
      () => fixture.smsc.submits.length,
      (count) => count === 2,
    );
    const survivor = fixture.nextLife();
    const next = await TestSmsc.start();
    next.onSubmit = (_, number) => ({ status: STATUS.ROK, id: `next-${number}` });
    await fixture.start({ port: next.port, uncertain_policy: 'at-least-once' }, survivor);
    await survivor.send(message, true);
    const header = (submit: { shortMessage: Buffer } | undefined) => submit?.shortMessage.subarray(3, 6);
    expect(next.submits).toHaveLength(2);
    expect(header(next.submits[0])).toEqual(header(fixture.smsc.submits[1]));
    expect(survivor.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'id-1,next-1,next-2' }]);
    await next[Symbol.asyncDispose]();
  });

  it('is recognised by the state where the ledger is gone', async () => {
    const first = await fixture.start();
    const message = outbound('x');
    await fixture.ports.send(message);
    await first[Symbol.asyncDispose]();
    const elsewhere = fixture.nextLife();
    for (const [key] of elsewhere.ledger.entries('')) elsewhere.ledger.delete(key);
    await fixture.start({}, elsewhere);
    await elsewhere.send(message, true);
    expect(fixture.smsc.submits).toHaveLength(1);
    expect(elsewhere.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'id-1' }]);
  });
});

describe('the ledger', () => {
  it('holds a submit before the socket does', async () => {
    const flushed: string[] = [];
    class Watched extends MemoryLedger {
      override flush(): void {
        flushed.push(...this.entries('out/').map(([, value]) => value));
      }
    }
    const watched = new MemoryPorts();
    Object.assign(watched, { ledger: new Watched() });
    fixture.smsc.onSubmit = () => {
      expect(flushed.at(-1)).toContain('submitting');
      return { status: STATUS.ROK, id: 'x' };
    };
    await fixture.start({}, watched);
    await watched.send(outbound('x'));
    expect(watched.events).toMatchObject([{ event_type: 'ack' }]);
  });
});
