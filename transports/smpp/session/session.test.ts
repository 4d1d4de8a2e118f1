import { systemMachine } from '@vumi/machine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { BIND, DELIVER, SessionPlace, SUBMIT } from '../../testing/session-place.ts';
import { decodePdu } from '../codec/decode.ts';
import { encodeFrame } from '../codec/encode.ts';
import { NO_TLVS, type MessageBody, type Pdu } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';

let place: SessionPlace;

beforeEach(async () => {
  place = await SessionPlace.create();
});

afterEach(() => place[Symbol.asyncDispose]());

const isSubmit = ({ body }: Pdu): boolean => body.command === 'submit_sm';

describe('a session', () => {
  it('is bound from the response on, also for what comes in the same segment', async () => {
    const seen: string[] = [];
    const { session, peer } = await place.connect({
      onRequest: ({ body }) => {
        seen.push(body.command);
        return { status: STATUS.ROK };
      },
    });
    void session.bind(BIND);
    const { sequence } = await peer.hearLast(1);
    const response = { command: 'bind_transceiver_resp', systemId: 'smsc', tlvs: NO_TLVS } as const;
    const both = [
      encodeFrame({ status: 0, sequence, body: response }),
      encodeFrame({ status: 0, sequence: 1, body: DELIVER }),
    ];
    peer.socket.write(Buffer.concat(both));
    expect(await peer.hearLast(2)).toMatchObject({ status: 0, body: { command: 'deliver_sm_resp' } });
    expect(seen).toEqual(['deliver_sm']);
    expect(session.state).toBe('bound_trx');
  });

  it('point 8: matches responses by sequence number in whatever order they come', async () => {
    const { session, peer } = await place.connectBound();
    const outcomes = ['a', 'b', 'c'].map((destinationAddr) =>
      session.request({ ...SUBMIT, destinationAddr }),
    );
    const heard = (await peer.hear(3)).filter(isSubmit);
    for (const { sequence, body } of heard.toReversed()) {
      const messageId = `id-${(body as MessageBody).destinationAddr}`;
      peer.say({ command: 'submit_sm_resp', messageId, tlvs: NO_TLVS }, sequence);
    }
    expect(await Promise.all(outcomes)).toMatchObject([
      { outcome: 'answered', body: { messageId: 'id-a' } },
      { outcome: 'answered', body: { messageId: 'id-b' } },
      { outcome: 'answered', body: { messageId: 'id-c' } },
    ]);
  });

  it('point 21: keeps to its window and serves those who wait in order', async () => {
    const { session, peer } = await place.connectBound({ window: 2 });
    const outcomes = [1, 2, 3, 4, 5].map((n) => session.request({ ...SUBMIT, destinationAddr: String(n) }));
    await peer.hear(2);
    expect([session.inFlight, session.waiting]).toEqual([2, 3]);
    for (let answered = 0; answered < 5; answered += 1) {
      const { sequence } = await peer.hearLast(answered + 1);
      expect(peer.received.length).toBeLessThanOrEqual(answered + 2);
      peer.say({ command: 'submit_sm_resp', messageId: 'x', tlvs: NO_TLVS }, sequence);
    }
    await Promise.all(outcomes);
    expect(peer.received.map(({ body }) => (body as MessageBody).destinationAddr)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
    ]);
  });

  it('settles everything when the connection goes: what was written is lost, the rest unsent', async () => {
    const { session, peer } = await place.connectBound({ window: 2 });
    const outcomes = [1, 2, 3].map(() => session.request(SUBMIT));
    await peer.hear(2);
    peer.socket.destroy();
    expect((await Promise.all(outcomes)).map(({ outcome }) => outcome)).toEqual(['lost', 'lost', 'unsent']);
    expect(await session.request(SUBMIT)).toEqual({ outcome: 'unsent' });
  });

  it('point 58: gives up on a response in time, and still tells when it comes late', async () => {
    const { session, peer } = await place.connectBound({ responseTimeoutMs: 60 });
    const outcome = await session.request(SUBMIT);
    if (outcome.outcome !== 'timed_out') throw new Error(`was ${outcome.outcome}`);
    const { sequence } = await peer.hearLast(1);
    peer.say({ command: 'submit_sm_resp', messageId: 'late', tlvs: NO_TLVS }, sequence);
    expect(await outcome.late).toMatchObject({ status: 0, body: { messageId: 'late' } });
  });

  it('writes nothing when the hook before the write fails', async () => {
    let full = false;
    const { session, peer } = await place.connectBound({
      beforeWrite: () => {
        if (full) throw new Error('disk full');
      },
    });
    full = true;
    expect(await session.request(SUBMIT)).toEqual({ outcome: 'unsent' });
    expect((await session.closed).message).toBe('disk full');
    expect(peer.received).toEqual([]);
  });

  it('runs the hook of a request in the tick of its write, before it', async () => {
    const order: string[] = [];
    const { session, peer } = await place.connectBound({ beforeWrite: () => order.push('flush') });
    order.length = 0;
    void session.request(SUBMIT, () => order.push('noted'));
    void session.request(SUBMIT, () => order.push('noted'));
    await peer.hear(2);
    expect(order).toEqual(['noted', 'noted', 'flush']);
  });

  it('refuses a request that cannot be written, and goes on', async () => {
    const { session, peer } = await place.connectBound();
    await expect(session.request({ ...SUBMIT, destinationAddr: '1'.repeat(30) })).rejects.toThrow(
      /destination_addr/,
    );
    void session.request(SUBMIT);
    expect((await peer.hearLast(1)).body.command).toBe('submit_sm');
  });

  it('point 17: answers enquire_link, also before the bind', async () => {
    const { peer } = await place.connect();
    peer.say({ command: 'enquire_link' }, 42);
    expect(await peer.hearLast(1)).toEqual({
      status: 0,
      sequence: 42,
      body: { command: 'enquire_link_resp' },
    });
  });

  it('shows whole PDUs both ways, and drops what its owner does not admit', async () => {
    const seen: string[] = [];
    const { session, peer } = await place.connectBound({
      admit: (frame) => seen.push(decodePdu(frame).body.command) < 3,
      onWritten: (pdus) => seen.push(decodePdu(pdus).body.command),
    });
    peer.say({ command: 'enquire_link' }, 7);
    session.probe(0);
    await eventually(
      () => seen.filter((command) => command === 'enquire_link').length,
      (count) => count === 2,
    );
    expect(seen.slice(0, 3)).toEqual(['bind_transceiver', 'bind_transceiver_resp', 'enquire_link']);
    expect(peer.received.some(({ body }) => body.command === 'enquire_link_resp')).toBe(false);
  });

  it('point 4: answers an unknown command with generic_nack and goes on', async () => {
    const { peer } = await place.connectBound();
    peer.socket.write(Buffer.from('00000010000000ff0000000000000007', 'hex'));
    peer.say({ command: 'enquire_link' }, 8);
    expect(await peer.hear(2)).toMatchObject([
      { status: STATUS.RINVCMDID, sequence: 7, body: { command: 'generic_nack' } },
      { sequence: 8 },
    ]);
  });

  it('point 5: never answers a response, a generic_nack or an alert_notification', async () => {
    const { peer } = await place.connectBound();
    peer.say({ command: 'generic_nack' }, 5, STATUS.RINVCMDID);
    peer.say({ command: 'submit_sm_resp', messageId: 'x', tlvs: NO_TLVS }, 6);
    peer.socket.write(Buffer.from('00000010800000ff0000000000000007', 'hex'));
    peer.say({ command: 'alert_notification', sourceAddr: '1', esmeAddr: '2', tlvs: NO_TLVS }, 8);
    peer.say({ command: 'enquire_link' }, 9);
    expect((await peer.hear(1)).map(({ sequence }) => sequence)).toEqual([9]);
  });

  it('answers a malformed deliver_sm with its response and the status, and goes on', async () => {
    const { peer } = await place.connectBound();
    peer.socket.write(Buffer.from('0000001200000005000000000000000c4142', 'hex'));
    peer.say({ command: 'enquire_link' }, 13);
    expect(await peer.hear(2)).toMatchObject([
      { status: STATUS.RINVCMDLEN, sequence: 12, body: { command: 'deliver_sm_resp' } },
      { sequence: 13 },
    ]);
  });

  it('point 3: answers a bad length with generic_nack RINVCMDLEN and closes', async () => {
    const { session, peer } = await place.connectBound();
    peer.socket.write(Buffer.from('00000008000000150000000000000001', 'hex'));
    expect(await peer.hearLast(1)).toMatchObject({
      status: STATUS.RINVCMDLEN,
      body: { command: 'generic_nack' },
    });
    expect((await session.closed).kind).toBe('not_smpp');
  });

  it('point 55: asks the peer to try again when its handler fails', async () => {
    const { peer } = await place.connectBound({ onRequest: () => Promise.reject(new Error('no')) });
    peer.say(DELIVER, 3);
    expect(await peer.hearLast(1)).toMatchObject({ status: STATUS.RX_T_APPN, sequence: 3 });
  });

  it('of an SMSC refuses what is too much at a time', async () => {
    const onRequest = (): Promise<never> => new Promise(() => {});
    const { session, peer } = await place.connect({ role: 'smsc', incomingLimit: 2, onRequest });
    for (const sequence of [1, 2, 3]) peer.say(BIND, sequence);
    expect(await peer.hearLast(1)).toMatchObject({ status: STATUS.RTHROTTLED, sequence: 3 });
    expect(session.state).toBe('open');
  });

  it.each([
    ['submit_sm to an ESME', 'esme', SUBMIT, STATUS.RINVBNDSTS],
    ['bind to an ESME', 'esme', BIND, STATUS.RINVBNDSTS],
    ['deliver_sm to an SMSC', 'smsc', DELIVER, STATUS.RINVBNDSTS],
    ['submit_sm before the bind', 'smsc', SUBMIT, STATUS.RINVBNDSTS],
  ] as const)('refuses %s', async (_, role, body, status) => {
    const { peer } = role === 'esme' ? await place.connectBound() : await place.connect({ role });
    peer.say(body, 4);
    expect(await peer.hearLast(1)).toMatchObject({
      status,
      sequence: 4,
      body: { command: `${body.command}_resp` },
    });
  });

  it('point 10: of an SMSC takes one bind and lets a transmitter only submit', async () => {
    const { session, peer } = await place.connect({ role: 'smsc' });
    peer.say({ ...BIND, command: 'bind_transmitter' }, 1);
    peer.say(BIND, 2);
    peer.say(SUBMIT, 3);
    expect((await peer.hear(3)).map(({ status }) => status)).toEqual([
      STATUS.ROK,
      STATUS.RALYBND,
      STATUS.ROK,
    ]);
    expect(session.state).toBe('bound_tx');
  });

  it('point 18: of an SMSC drops a peer that does not bind', async () => {
    const { session } = await place.connect({ role: 'smsc', bindTimeoutMs: 50 });
    expect((await session.closed).kind).toBe('not_bound');
  });

  it('point 19: finds out that its peer is dead', async () => {
    const { session, peer } = await place.connectBound({ enquireLinkMs: 50 });
    expect((await session.closed).kind).toBe('peer_silent');
    expect(peer.received.every(({ body }) => body.command === 'enquire_link')).toBe(true);
    expect(peer.received.length).toBeGreaterThan(0);
  });

  it('ends when its peer does not read', async () => {
    const { session, peer } = await place.connectBound({ window: 100_000, responseTimeoutMs: 200 });
    peer.socket.pause();
    const big = { ...SUBMIT, shortMessage: Buffer.alloc(254) };
    const outcomes = Array.from({ length: 60_000 }, () => session.request(big));
    expect((await session.closed).kind).toBe('peer_not_reading');
    const kinds = (await Promise.all(outcomes)).map(({ outcome }) => outcome);
    expect(kinds).not.toContain('answered');
    // What did not fit into the socket was not written into memory either.
    expect(kinds.filter((kind) => kind === 'unsent').length).toBeGreaterThan(20_000);
  });

  it('point 16: answers unbind after what it has in hand, and closes', async () => {
    let release = (): void => {};
    const { session, peer } = await place.connectBound({
      onRequest: () =>
        new Promise((resolve) => {
          release = () => resolve({ status: STATUS.ROK });
        }),
    });
    peer.say(DELIVER, 1);
    peer.say({ command: 'unbind' }, 2);
    await eventually(
      () => session.state,
      (state) => state === 'closing',
    );
    release();
    expect((await peer.hear(2)).map(({ body }) => body.command)).toEqual(['deliver_sm_resp', 'unbind_resp']);
    expect((await session.closed).kind).toBe('peer_unbound');
  });

  it('point 16: that is closed waits for responses, unbinds and closes', async () => {
    const { session, peer } = await place.connectBound();
    const outcome = session.request(SUBMIT);
    const closing = session.close(5000);
    const submit = await peer.hearLast(1);
    expect(await session.request(SUBMIT)).toEqual({ outcome: 'unsent' });
    peer.say({ command: 'submit_sm_resp', messageId: 'x', tlvs: NO_TLVS }, submit.sequence);
    expect((await outcome).outcome).toBe('answered');
    const unbind = await peer.hearLast(2);
    expect(unbind.body.command).toBe('unbind');
    peer.say({ command: 'unbind_resp' }, unbind.sequence);
    await closing;
    expect((await session.closed).kind).toBe('closed_here');
  });

  it('tells what its peer has provably read', async () => {
    const read: number[] = [];
    const orders: number[] = [];
    const { session, peer } = await place.connectBound({
      onRead: (order) => read.push(order),
      onRequest: () => ({ status: STATUS.ROK, onQueued: (order) => orders.push(order) }),
    });
    peer.say(DELIVER, 1);
    await peer.hear(1);
    read.length = 0;
    const outcome = session.request(SUBMIT);
    const { sequence } = await peer.hearLast(2);
    peer.say({ command: 'submit_sm_resp', messageId: 'x', tlvs: NO_TLVS }, sequence);
    await outcome;
    expect(read[0]).toBeGreaterThan(orders[0] ?? Number.NaN);
  });
});

describe('a process that was not given a processor for longer than its limits', () => {
  /** As a machine does that has too much to do. */
  function holdUp(ms: number): void {
    const until = performance.now() + ms;
    while (performance.now() < until);
  }

  it('reads the answer that came meanwhile before it judges the peer', async () => {
    const clock = (): number => systemMachine().given();
    const { session, peer } = await place.connectBound({
      responseTimeoutMs: 200,
      enquireLinkMs: 200,
      bindTimeoutMs: 200,
      clock,
    });
    const asked = session.request(SUBMIT);
    const submit = (await peer.hear(1)).find(isSubmit);
    peer.say({ command: 'submit_sm_resp', messageId: 'id', tlvs: NO_TLVS }, submit?.sequence ?? 0);
    holdUp(900);
    expect(await asked).toMatchObject({ outcome: 'answered', status: STATUS.ROK });
    expect(session.state).toBe('bound_trx');
  });
});
