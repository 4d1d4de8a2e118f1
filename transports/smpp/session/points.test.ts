import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { BIND, DELIVER, SessionPlace, SUBMIT } from '../../testing/session-place.ts';
import { encodeFrame } from '../codec/encode.ts';
import { NO_TLVS, type Tlv } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger } from '../codec/tlvs.ts';
import type { Answer } from './answer.ts';

let place: SessionPlace;

beforeEach(async () => {
  place = await SessionPlace.create();
});

afterEach(() => place[Symbol.asyncDispose]());

const REFERENCE = tlvInteger(TAG.USER_MESSAGE_REFERENCE, 7, 2);
const version = (value: number): Tlv => tlvInteger(TAG.SC_INTERFACE_VERSION, value, 1);
const responseOf = (messageId: string) => ({ command: 'submit_sm_resp', messageId, tlvs: NO_TLVS }) as const;

describe('framing (spec smpp §5)', () => {
  it('point 1: writes a header of 16 octets, big-endian, whose length counts itself', async () => {
    const { session, peer } = await place.connectBound();
    const chunks: Buffer[] = [];
    peer.socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    void session.request(SUBMIT);
    await peer.hear(1);
    const frame = Buffer.concat(chunks);
    expect([frame.readUInt32BE(0), frame.readUInt32BE(4), frame.readUInt32BE(8)]).toEqual([
      frame.length,
      4,
      0,
    ]);
  });

  it('point 2: reads PDUs octet by octet, and several in one segment', async () => {
    const { peer } = await place.connectBound();
    const frame = encodeFrame({ status: 0, sequence: 1, body: DELIVER });
    peer.socket.setNoDelay(true);
    for (const octet of frame) {
      peer.socket.write(Buffer.of(octet));
      await pause(1);
    }
    peer.socket.write(Buffer.concat([frame, frame, frame]));
    expect((await peer.hear(4)).map(({ status }) => status)).toEqual([0, 0, 0, 0]);
  });

  it.each([0, 0x8000_0000, 0xffff_ffff])(
    'point 6: takes the sequence number %d of a sloppy peer as it is',
    async (sequence) => {
      const { peer } = await place.connectBound();
      peer.say(DELIVER, sequence);
      expect(await peer.hearLast(1)).toMatchObject({ sequence, status: 0 });
    },
  );

  it('point 7: answers every request once under its number, and alert_notification never', async () => {
    const { peer } = await place.connectBound();
    for (let sequence = 1; sequence <= 50; sequence += 1) peer.say(DELIVER, sequence);
    peer.say({ command: 'alert_notification', sourceAddr: '1', esmeAddr: '2', tlvs: NO_TLVS }, 51);
    peer.say({ command: 'enquire_link' }, 52);
    const heard = (await peer.hear(51)).map(({ sequence }) => sequence);
    expect(heard).toEqual([...Array.from({ length: 50 }, (_, index) => index + 1), 52]);
  });

  it.each([
    ['without a body', Buffer.alloc(0)],
    ['with one', Buffer.from('id\0')],
  ])('point 9: reads the response to an error %s', async (_, body) => {
    const { session, peer } = await place.connectBound();
    const outcome = session.request(SUBMIT);
    const { sequence } = await peer.hearLast(1);
    const header = Buffer.alloc(16);
    [16 + body.length, 0x8000_0004, STATUS.RSYSERR, sequence].forEach((value, index) => {
      header.writeUInt32BE(value, index * 4);
    });
    peer.socket.write(Buffer.concat([header, body]));
    expect(await outcome).toMatchObject({ outcome: 'answered', status: STATUS.RSYSERR });
  });
});

describe('versions (spec smpp §5)', () => {
  it.each([
    ['tells 3.4', [version(0x34)], false, [REFERENCE]],
    ['tells 3.3', [version(0x33)], false, NO_TLVS],
    ['tells nothing, to a lenient ESME', NO_TLVS, false, [REFERENCE]],
    ['tells nothing, to a strict ESME', NO_TLVS, true, NO_TLVS],
  ] as const)('point 13: an SMSC that %s gets its TLVs accordingly', async (_, tlvs, strictVersion, sent) => {
    const { session, peer } = await place.connectBound({ strictVersion }, tlvs);
    expect(session.takesTlvs).toBe(sent.length > 0);
    void session.request({ ...SUBMIT, tlvs: [REFERENCE] });
    expect((await peer.hearLast(1)).body).toMatchObject({ tlvs: sent });
  });

  it('point 13: what is another message without its TLVs is not sent to such a peer', async () => {
    const { session } = await place.connectBound({}, [version(0x33)]);
    const payload = { tag: TAG.MESSAGE_PAYLOAD, value: Buffer.from('long') };
    await expect(session.request({ ...SUBMIT, tlvs: [payload] })).rejects.toThrow(/takes no TLVs/);
    expect(session.ready).toBe(true);
  });

  it('point 13: an ESME of version 3.3 gets no TLVs, in the response to its bind neither', async () => {
    const onRequest = (): Answer => ({ status: STATUS.ROK, id: 'smsc', tlvs: [version(0x34)] });
    const { session, peer } = await place.connect({ role: 'smsc', onRequest });
    peer.say({ ...BIND, interfaceVersion: 0x33 }, 1);
    expect((await peer.hearLast(1)).body).toMatchObject({ tlvs: NO_TLVS });
    void session.request({ ...DELIVER, tlvs: [REFERENCE] });
    expect((await peer.hearLast(2)).body).toMatchObject({ tlvs: NO_TLVS });
  });
});

describe('a session that comes to its limits (spec smpp §5)', () => {
  it('point 16: what is unanswered when the peer unbinds is settled as unknown', async () => {
    const { session, peer } = await place.connectBound();
    const outcome = session.request(SUBMIT);
    await peer.hear(1);
    peer.say({ command: 'unbind' }, 1);
    expect(await outcome).toEqual({ outcome: 'lost' });
    expect((await session.closed).kind).toBe('peer_unbound');
  });

  it('point 18: probes with enquire_link, and stays while it is answered', async () => {
    const { session, peer } = await place.connectBound({ enquireLinkMs: 40 });
    let answered = 0;
    for (; answered < 5; answered += 1) {
      const { sequence } = await peer.hearLast(answered + 1);
      peer.say({ command: 'enquire_link_resp' }, sequence);
    }
    expect(session.ready).toBe(true);
  });

  it('point 18: unbinds when no message has passed for too long, whatever enquire_links say', async () => {
    const { session, peer } = await place.connectBound({ inactivityMs: 100, enquireLinkMs: 40 });
    const answering = setInterval(() => {
      for (const { body, sequence } of peer.received.splice(0)) {
        if (body.command === 'enquire_link') peer.say({ command: 'enquire_link_resp' }, sequence);
        if (body.command === 'unbind') peer.say({ command: 'unbind_resp' }, sequence);
      }
    }, 5);
    expect((await session.closed).kind).toBe('inactive');
    clearInterval(answering);
  });

  it('point 21: reads no further when it cannot get rid of what comes, and loses none of it', async () => {
    const release: (() => void)[] = [];
    const onRequest = (): Promise<Answer> =>
      new Promise((resolve) => {
        release.push(() => resolve({ status: STATUS.ROK }));
      });
    const { peer } = await place.connectBound({ incomingLimit: 10, onRequest, responseTimeoutMs: 200 });
    const big = { ...DELIVER, shortMessage: Buffer.alloc(254) };
    const count = 20_000;
    for (let sequence = 1; sequence <= count; sequence += 1) peer.say(big, sequence);
    await pause(500);
    // One segment may hold many; the rest stays in the sockets.
    expect(release.length).toBeLessThan(1000);
    const answering = setInterval(() => {
      for (const answer of release.splice(0)) answer();
    }, 1);
    const heard = await eventually(
      () => peer.received.filter(({ body }) => body.command === 'deliver_sm_resp'),
      (responses) => responses.length === count,
    );
    clearInterval(answering);
    expect(heard.every(({ status }) => status === STATUS.ROK)).toBe(true);
  });

  it('point 21: a response that waits unread behind what cannot be taken does not time out', async () => {
    let release = (): void => {};
    const onRequest = (): Promise<Answer> =>
      new Promise((resolve) => {
        release = () => resolve({ status: STATUS.ROK });
      });
    const { session, peer } = await place.connectBound({
      incomingLimit: 1,
      onRequest,
      responseTimeoutMs: 100,
    });
    peer.say(DELIVER, 1);
    await pause(30);
    const outcome = session.request(SUBMIT);
    const { sequence } = await peer.hearLast(1);
    peer.say(responseOf('x'), sequence);
    await pause(300);
    release();
    expect(await outcome).toMatchObject({ outcome: 'answered' });
  });

  it('point 55: refuses for now when that takes long, so that enquire_link gets its answer', async () => {
    let now = 0;
    const onRequest = (): Promise<never> => new Promise(() => {});
    const { peer } = await place.connectBound({ incomingLimit: 1, onRequest, clock: () => now });
    peer.say(DELIVER, 1);
    await pause(30);
    peer.say(DELIVER, 2);
    peer.say({ command: 'enquire_link' }, 3);
    await pause(30);
    expect(peer.received).toEqual([]);
    now = 11_000;
    expect((await peer.hear(2)).map(({ sequence, status }) => [sequence, status])).toEqual([
      [2, STATUS.RX_T_APPN],
      [3, STATUS.ROK],
    ]);
  });
});
