import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { sleep } from '@vumi/core';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import {
  bindWire,
  idOf,
  MS,
  receivedMessages,
  startScripted,
  stopAll,
  submitBody,
} from '../../testing/simulator-fixture.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { findTlvText } from '../codec/tlvs.ts';
import { Wire } from '../conformance/wire.ts';
import { readScript } from './script.ts';

afterEach(stopAll);

describe('a script of the simulator', () => {
  it('is YAML or JSON, and says what is wrong with it', () => {
    expect(readScript('receipts: {after_ms: [10, 50], states: [ENROUTE, DELIVRD]}')).toMatchObject({
      receipts: { after_ms: [10, 50] },
    });
    expect(readScript('')).toEqual({});
    expect(() => readScript('{"recipts": {}}')).toThrow('did you mean "receipts"');
    expect(() => readScript('rules: [{do: {status: ESME_RNONSENSE}}]')).toThrow('unknown command_status');
    expect(() => readScript('rules: [{to: "(", do: {}}]')).toThrow('a regular expression');
    expect(() => readScript('{')).toThrow('not YAML');
  });

  it('refuses by number, by every so many, by rate and by address', async () => {
    const smsc = await startScripted({
      rules: [
        { nth: [2], do: { status: 'ESME_RSYSERR' } },
        { every: 4, do: { status: 0x0401 } },
        { to: '^27777', do: { status: 'RINVDSTADR' } },
        { text: 'dice', rate: 0.5, do: { status: 'RMSGQFUL' } },
      ],
    });
    const wire = await bindWire(smsc);
    const statuses = [];
    for (const to of ['1', '2', '3', '4', '27777']) {
      statuses.push((await wire.ask(submitBody({ destinationAddr: to }), MS))?.status);
    }
    expect(statuses).toEqual([0, STATUS.RSYSERR, 0, 0x0401, STATUS.RINVDSTADR]);
    const thrown = [];
    for (let count = 0; count < 40; count += 1)
      thrown.push((await wire.ask(submitBody({ shortMessage: Buffer.from('dice') }), MS))?.status);
    const full = thrown.filter((status) => status === STATUS.RMSGQFUL).length;
    expect(full).toBeGreaterThan(5);
    expect(full).toBeLessThan(35);
  });

  it('does the same again with the same seed', async () => {
    const run = async (seed: number): Promise<(number | undefined)[]> => {
      const smsc = await startScripted({ seed, rules: [{ rate: 0.5, do: { status: 'RSYSERR' } }] });
      const wire = await bindWire(smsc);
      const statuses = [];
      for (let count = 0; count < 30; count += 1) statuses.push((await wire.ask(submitBody(), MS))?.status);
      return statuses;
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  it('answers out of order (point 8), twice, under another number, or never', async () => {
    const smsc = await startScripted({
      receipts: { after_ms: 'never' },
      rules: [
        { text: 'slow', do: { delay_ms: [40, 60] } },
        { text: 'twice', do: { copies: 2 } },
        { text: 'wrong', do: { sequence_offset: 100 } },
        { text: 'silent', do: { silent: true } },
      ],
    });
    const wire = await bindWire(smsc);
    const texts = ['slow', 'fast', 'twice', 'wrong', 'silent'];
    const numbers = texts.map((text) => wire.send(submitBody({ shortMessage: Buffer.from(text) })));
    await wire.response(numbers[0] ?? 0, MS);
    const answered = wire.pdus.map(({ sequence }) => sequence).slice(1);
    const [slow = 0, fast = 0, twice = 0, wrong = 0, silent = 0] = numbers;
    expect(answered.indexOf(fast)).toBeLessThan(answered.indexOf(slow));
    expect(answered.filter((sequence) => sequence === twice)).toHaveLength(2);
    expect(answered).toContain(wrong + 100);
    expect(answered).not.toContain(wrong);
    expect(answered).not.toContain(silent);
    expect(smsc.messages()).toHaveLength(5);
  });

  it('sends receipts late, doubled, contradicting, in the wrong base and the wrong case', async () => {
    const smsc = await startScripted({
      message_ids: 'hex',
      receipts: {
        after_ms: [1, 5],
        states: ['DELIVRD', 'UNDELIV'],
        copies: 2,
        id: 'decimal',
        text: 'lowercase',
      },
    });
    const wire = await bindWire(smsc);
    const id = idOf(await wire.ask(submitBody({ registeredDelivery: 1 }), MS));
    const got = await receivedMessages(wire, 4);
    const texts = got.map(({ shortMessage }) => shortMessage.toString('latin1'));
    expect(texts.filter((text) => text.includes('stat:delivrd'))).toHaveLength(2);
    expect(texts.filter((text) => text.includes('stat:undeliv'))).toHaveLength(2);
    for (const text of texts) expect(text).toMatch(new RegExp(`^id:${BigInt(`0x${id}`)} `));
    expect(got.map(({ tlvs }) => findTlvText(tlvs, TAG.RECEIPTED_MESSAGE_ID))).toContain(
      String(BigInt(`0x${id}`)),
    );
  });

  it('sends the receipt before the response (point 52), or in the shape that a rule says', async () => {
    const smsc = await startScripted({
      receipts: { after_ms: 'before_response' },
      rules: [
        {
          text: 'data',
          do: { receipt: { carried_in: 'data_sm', coding: 'ucs2', tlvs: false, after_ms: 0 } },
        },
        { text: 'tlvs', do: { receipt: { carried_in: 'tlvs_only', after_ms: 0 } } },
      ],
    });
    const wire = await bindWire(smsc);
    const sequence = wire.send(submitBody({ registeredDelivery: 1 }));
    const receipt = await wire.receive(({ body }) => body.command === 'deliver_sm', MS);
    expect(wire.pdus.some((pdu) => pdu.sequence === sequence && pdu.body.command === 'submit_sm_resp')).toBe(
      false,
    );
    wire.send({ command: 'deliver_sm_resp', messageId: '', tlvs: [] }, { sequence: receipt?.sequence ?? 0 });
    expect((await wire.response(sequence, MS))?.status).toBe(STATUS.ROK);
    for (const text of ['data', 'tlvs']) {
      await wire.ask(submitBody({ registeredDelivery: 1, shortMessage: Buffer.from(text) }), MS);
    }
    const data = await wire.receive(({ body }) => body.command === 'data_sm', MS);
    expect(data?.body).toMatchObject({ dataCoding: 8, tlvs: [{ tag: TAG.MESSAGE_PAYLOAD }] });
    const bare = (await receivedMessages(wire, 2)).at(-1);
    expect(bare?.shortMessage).toHaveLength(0);
    expect(bare?.tlvs.map(({ tag }) => tag)).toEqual([TAG.RECEIPTED_MESSAGE_ID, TAG.MESSAGE_STATE]);
  });

  it('asks registered_delivery which receipts are wanted (point 28)', async () => {
    const smsc = await startScripted({ receipts: { after_ms: 0, states: ['ENROUTE', 'DELIVRD'] } });
    const wire = await bindWire(smsc);
    for (const registeredDelivery of [0, 2, 1, 0x11]) await wire.ask(submitBody({ registeredDelivery }), MS);
    await receivedMessages(wire, 4);
    await sleep(30);
    const states = (await receivedMessages(wire, 4)).map(
      ({ shortMessage }) => /stat:(\w+)/.exec(String(shortMessage))?.[1],
    );
    expect(states.filter((state) => state === 'ENROUTE')).toHaveLength(2);
    expect(states.filter((state) => state === 'DELIVRD')).toHaveLength(2);
  });

  it('sends the receipt to another session of the same client (point 53)', async () => {
    const smsc = await startScripted({ receipts: { after_ms: 0, to: 'other_session' } });
    const [transmitter, receiver] = [
      await bindWire(smsc, { command: 'bind_transmitter' }),
      await bindWire(smsc, { command: 'bind_receiver' }),
    ];
    await transmitter.ask(submitBody({ registeredDelivery: 1 }), MS);
    await receivedMessages(receiver, 1);
    expect(transmitter.pdus.some(({ body }) => body.command === 'deliver_sm')).toBe(false);
  });

  it('throttles by rate, each client for itself', async () => {
    const smsc = await startScripted({ throttle: { rate: 1, burst: 3 } });
    const [a, b] = [await bindWire(smsc), await bindWire(smsc, { systemId: 'other' })];
    const statuses = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await a.ask(submitBody(), MS))?.status);
    expect(statuses).toEqual([0, 0, 0, STATUS.RTHROTTLED, STATUS.RTHROTTLED]);
    expect((await b.ask(submitBody(), MS))?.status).toBe(STATUS.ROK);
  });

  it('lets in so many sessions of one client (point 20)', async () => {
    const smsc = await startScripted({ max_binds: 1 });
    const first = await bindWire(smsc);
    const second = await Wire.connect(smsc.port);
    expect((await second.bind({ systemId: 'esme', password: '' }, MS))?.status).toBe(STATUS.RALYBND);
    second.destroy();
    first.destroy();
    await eventually(
      () => smsc.sessions().length,
      (count) => count === 0,
    );
    await bindWire(smsc);
    expect(smsc.counts()).toMatchObject({ binds: 2, binds_refused: 1 });
  });

  it('refuses a bind, delays it, or does not answer it (point 12)', async () => {
    const smsc = await startScripted({
      rules: [
        { on: 'bind', from: '^refused$', do: { status: 'RBINDFAIL' } },
        { on: 'bind', do: { silent: true } },
      ],
    });
    const wire = await Wire.connect(smsc.port);
    expect((await wire.bind({ systemId: 'refused', password: '' }, MS))?.status).toBe(STATUS.RBINDFAIL);
    expect(await wire.bind({ systemId: 'x', password: '' }, 30)).toBeNull();
    wire.destroy();
  });

  it('sends peers of version 3.3 no TLVs and short ids (points 13 and 14)', async () => {
    for (const [script, interfaceVersion] of [
      [{ version: '3.3' }, 0x34],
      [{}, 0x33],
    ] as const) {
      const smsc = await startScripted({ ...script, receipts: { after_ms: 0 } });
      const wire = await bindWire(smsc, { interfaceVersion });
      expect(wire.pdus[0]?.body).toMatchObject({ tlvs: [] });
      const id = idOf(await wire.ask(submitBody({ registeredDelivery: 1 }), MS));
      expect(id.length).toBeLessThanOrEqual(8);
      expect((await receivedMessages(wire, 1))[0]?.tlvs).toEqual([]);
    }
  });

  it.each([
    ['disconnect', true],
    ['disconnect_mid_pdu', true],
    ['unbind', true],
    ['not_smpp', false],
    ['malformed', false],
    [{ raw: '0000001000000f000000000000000001' }, false],
  ] as const)('%j goes wrong after a response', async (after, closes) => {
    const smsc = await startScripted({
      seed: 3,
      receipts: { after_ms: 'never' },
      rules: [{ nth: 1, do: { after } }],
    });
    const wire = await bindWire(smsc);
    expect((await wire.ask(submitBody(), MS))?.status).toBe(STATUS.ROK);
    const unbind = await wire.receive(({ body }) => body.command === 'unbind', after === 'unbind' ? MS : 1);
    if (unbind !== null) wire.send({ command: 'unbind_resp' }, { sequence: unbind.sequence });
    expect(await wire.closes(closes ? MS : 50)).toBe(closes || after === 'not_smpp');
  });

  it('disconnects instead of answering, and the message was not taken', async () => {
    const smsc = await startScripted({ rules: [{ do: { before: 'disconnect' } }] });
    const wire = await bindWire(smsc);
    expect(await wire.ask(submitBody(), MS)).toBeNull();
    expect(smsc.messages()).toEqual([]);
  });

  it('ends a session that does not bind in time (point 18)', async () => {
    const smsc = await startScripted({ bind_timeout_ms: 50 });
    const wire = await Wire.connect(smsc.port);
    expect(await wire.closes(MS)).toBe(true);
  });

  it('notices an ESME that answers no enquire_link (point 19)', async () => {
    const smsc = await startScripted({ enquire_link_ms: 30 });
    const wire = await bindWire(smsc);
    expect(await wire.closes(MS)).toBe(true);
    expect(wire.pdus.some(({ body }) => body.command === 'enquire_link')).toBe(true);
  });

  it('stops answering, and stops reading (points 19 and 21)', async () => {
    const smsc = await startScripted();
    const [deaf, stuck] = [await bindWire(smsc), await bindWire(smsc, { systemId: 'stuck' })];
    expect(smsc.fail('stop_answering', 'esme')).toBe(1);
    expect(await deaf.ask({ command: 'enquire_link' }, 50)).toBeNull();
    smsc.fail('stop_reading', 'stuck');
    const big = submitBody({ shortMessage: Buffer.alloc(254) });
    for (let count = 0; count < 100_000 && !stuck.socket.writableNeedDrain; count += 1) stuck.send(big);
    await sleep(100);
    expect(stuck.socket.writableNeedDrain).toBe(true);
  });

  it('asks an ESME to bind (point 15)', async () => {
    const smsc = await startScripted();
    const listening = createServer().listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const { port } = listening.address() as AddressInfo;
    const accepted = once(listening, 'connection');
    await smsc.outbind({ host: '127.0.0.1', port, system_id: 'smsc', password: 'pw' });
    const wire = new Wire((await accepted)[0]);
    const outbind = await wire.receive(({ body }) => body.command === 'outbind', MS);
    expect(outbind?.body).toEqual({ command: 'outbind', systemId: 'smsc', password: 'pw' });
    const answer = await wire.bind({ command: 'bind_receiver', systemId: 'esme', password: 'pw' }, MS);
    expect(answer?.status).toBe(STATUS.ROK);
    expect(smsc.receivers).toBe(1);
    wire.destroy();
    listening.close();
  });

  it('sends MO with any header, coding, TLVs and order of parts (points 26 and 43 to 45)', async () => {
    const smsc = await startScripted();
    const wire = await bindWire(smsc);
    const injected = smsc.inject({
      from_addr: '1',
      to_addr: '2',
      octets: Buffer.alloc(300, 7),
      data_coding: 4,
      udh: Buffer.from('050400100011', 'hex'),
      parts: 'udh16',
      reference: 0x0102,
      order: [3, 1, 1],
      tlvs: { '0x1401': '6162' },
    });
    const bodies = await receivedMessages(wire, 3);
    expect(bodies.map(({ shortMessage }) => shortMessage.subarray(0, 13).toString('hex'))).toEqual([
      '0c050400100011080401020303',
      '0c050400100011080401020301',
      '0c050400100011080401020301',
    ]);
    expect(bodies[0]).toMatchObject({ dataCoding: 4, esmClass: 0x40, tlvs: [{ tag: 0x1401 }] });
    for (const { sequence } of wire.pdus)
      wire.send({ command: 'deliver_sm_resp', messageId: '', tlvs: [] }, { sequence });
    await injected;
    expect(smsc.counts()).toMatchObject({ deliveries: 3, deliveries_answered: 3 });
    await expect(smsc.inject({ from_addr: '1', to_addr: '2', content: 'x', order: [2] })).rejects.toThrow(
      'none is number 2',
    );
  });

  it('counts what came twice, by sender, receiver, text and part', async () => {
    const smsc = await startScripted();
    const wire = await bindWire(smsc);
    for (const text of ['a', 'b', 'a']) await wire.ask(submitBody({ shortMessage: Buffer.from(text) }), MS);
    expect(smsc.counts()).toMatchObject({ submits: 3, distinct: 2, duplicates: 1 });
    expect(smsc.seen(2)).toEqual([
      { from_addr: '12345', to_addr: '27761234567', text: 'a', part: '', count: 2 },
    ]);
    smsc.resetCounts();
    expect(smsc.counts()).toMatchObject({ submits: 0, distinct: 0 });
  });

  it('logs PDUs both ways, decoded, without passwords', async () => {
    const smsc = await startScripted();
    const wire = await bindWire(smsc, { password: 'geheim' });
    await wire.ask(submitBody(), MS);
    const log = smsc.log();
    expect(log.map(({ direction, command }) => `${direction} ${command}`)).toEqual([
      'received bind_transceiver',
      'sent bind_transceiver_resp',
      'received submit_sm',
      'sent submit_sm_resp',
    ]);
    expect(log[0]?.fields).toMatchObject({ system_id: 'esme', password: '********' });
    expect(log[2]?.fields).toMatchObject({ short_message: { octets: '6869', text: 'hi' } });
    expect(JSON.stringify(log)).not.toContain('geheim');
    expect(JSON.stringify(log)).not.toContain(Buffer.from('geheim').toString('hex'));
    expect(smsc.log({ after: log[2]?.number ?? 0 })).toHaveLength(1);
  });
});
