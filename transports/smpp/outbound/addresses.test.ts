import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reply, type UserMessage } from '@vumi/core';
import { SmppFixture, outbound } from '../../testing/smpp-fixture.ts';
import type { MessageBody } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger } from '../codec/tlvs.ts';

let fixture: SmppFixture;

beforeEach(async () => {
  fixture = await SmppFixture.create();
});

afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
});

const FROM = { sourceAddrTon: 1, sourceAddrNpi: 1, sourceAddr: '27761230001' };
const TO = { destAddrTon: 3, destAddrNpi: 1, destinationAddr: '8000' };

async function deliver(fields: Partial<MessageBody>): Promise<UserMessage> {
  await fixture.smsc.deliver({ ...FROM, ...TO, shortMessage: Buffer.from('hi'), ...fields });
  const message = fixture.ports.inbound.at(-1);
  if (message === undefined) throw new Error('nothing was published');
  return message;
}

const submitted = () => {
  const body = fixture.smsc.submits.at(-1);
  return (
    body && {
      from: [body.sourceAddrTon, body.sourceAddrNpi, body.sourceAddr],
      to: [body.destAddrTon, body.destAddrNpi, body.destinationAddr],
    }
  );
};

describe('a reply', () => {
  it.each([
    ['international', 1, 1, '27761230001'],
    ['national', 2, 1, '0761230002'],
    ['of a network', 3, 8, '4321'],
    ['of a subscriber', 4, 9, '761230003'],
    ['short', 6, 10, '123'],
    ['unknown', 0, 1, '27761230001'],
    ['unknown in plan too', 0, 0, '27761230001'],
    ['reserved', 7, 14, '27761230001'],
  ])('goes to the type of number that wrote: %s', async (_, ton, npi, address) => {
    await fixture.start();
    const message = await deliver({ sourceAddrTon: ton, sourceAddrNpi: npi, sourceAddr: address });
    await fixture.ports.send(reply(message, 'ok'));
    expect(submitted()).toEqual({ from: [3, 1, '8000'], to: [ton, npi, address] });
  });

  it.each([
    ['a number', 1, 1, '27820001001'],
    ['a code of USSD', 0, 0, '*120*8000#'],
    ['a name', 5, 0, 'Clinic'],
  ])('comes from the type that was written to: %s', async (_, ton, npi, address) => {
    await fixture.start();
    const message = await deliver({ destAddrTon: ton, destAddrNpi: npi, destinationAddr: address });
    await fixture.ports.send(reply(message, 'ok'));
    expect(submitted()).toEqual({ from: [ton, npi, address], to: [1, 1, '27761230001'] });
  });

  it('has no plus on the wire, whoever put it there', async () => {
    await fixture.start();
    const plus = await deliver({ sourceAddrTon: 0, sourceAddr: '+27761230001' });
    await fixture.ports.send(reply(plus, 'ok'));
    expect(submitted()?.to).toEqual([1, 1, '27761230001']);
    const answer = reply(await deliver({}), 'ok');
    await fixture.ports.send({ ...answer, to_addr: '+27761230001' });
    expect(submitted()?.to).toEqual([1, 1, '27761230001']);
    const national = reply(await deliver({ sourceAddrTon: 2, sourceAddr: '0761230001' }), 'ok');
    await fixture.ports.send({ ...national, to_addr: '+27761230001' });
    expect(submitted()?.to).toEqual([1, 1, '27761230001']);
  });

  it('goes to the number that the network gave, where apps see another', async () => {
    await fixture.start({ COUNTRY_CODE: '27' });
    const message = await deliver({ sourceAddrTon: 2, sourceAddr: '0761230002' });
    expect(message.from_addr).toBe('27761230002');
    await fixture.ports.send(reply(message, 'ok'));
    expect(submitted()?.to).toEqual([2, 1, '0761230002']);
  });

  it('keeps its addresses in every part, and in the next life of the transport', async () => {
    await fixture.start();
    const message = await deliver({ sourceAddrTon: 4, sourceAddrNpi: 9, sourceAddr: '761230003' });
    const next = fixture.nextLife();
    await fixture.start({}, next);
    await next.send(reply(message, 'long '.repeat(50)));
    expect(fixture.smsc.submits).toHaveLength(2);
    for (const body of fixture.smsc.submits) {
      expect(body).toMatchObject({ destAddrTon: 4, destAddrNpi: 9, sourceAddrTon: 3, sourceAddrNpi: 1 });
    }
  });

  it('follows the options where the network tells no type, and the message before either', async () => {
    await fixture.start({ dest_addr_ton: 1, dest_addr_npi: 1, source_addr_ton: 6 });
    const unknown = await deliver({ sourceAddrTon: 0, sourceAddrNpi: 0 });
    await fixture.ports.send(reply(unknown, 'ok'));
    expect(submitted()).toEqual({ from: [3, 1, '8000'], to: [1, 1, '27761230001'] });
    const national = await deliver({ sourceAddrTon: 2, sourceAddr: '0761230001' });
    await fixture.ports.send(reply(national, 'ok'));
    expect(submitted()?.to).toEqual([2, 1, '0761230001']);
    const helper_metadata = { smpp: { dest_addr_ton: 4, dest_addr_npi: 8 } };
    await fixture.ports.send(reply(national, 'ok', { fields: { helper_metadata } }));
    expect(submitted()?.to).toEqual([4, 8, '0761230001']);
  });

  it('to a name is refused, and a number that the network calls a name is none', async () => {
    await fixture.start();
    const name = reply(await deliver({ sourceAddrTon: 5, sourceAddrNpi: 0, sourceAddr: 'MyBank' }), 'ok');
    await fixture.ports.send(name);
    expect(fixture.eventsOf(name)).toMatchObject([
      { event_type: 'nack', nack_reason: 'Invalid to_addr: MyBank' },
    ]);
    const empty = reply(await deliver({ sourceAddrTon: 0, sourceAddr: '' }), 'ok');
    await fixture.ports.send(empty);
    expect(fixture.eventsOf(empty)).toMatchObject([{ event_type: 'nack', nack_reason: 'Invalid to_addr: ' }]);
    expect(fixture.smsc.submits).toEqual([]);
    const digits = reply(await deliver({ sourceAddrTon: 5, sourceAddrNpi: 0, sourceAddr: '8001' }), 'ok');
    await fixture.ports.send(digits);
    expect(submitted()?.to).toEqual([0, 1, '8001']);
  });

  it('in a session of USSD comes from what was dialled', async () => {
    await fixture.start({ ussd_dialect: 'mica' });
    const tlvs = [tlvInteger(TAG.USSD_SERVICE_OP, 1, 1), tlvInteger(TAG.USER_MESSAGE_REFERENCE, 7, 2)];
    const message = await deliver({ shortMessage: Buffer.from('*120*1#'), tlvs });
    await fixture.ports.send(reply(message, 'menu'));
    expect(submitted()).toEqual({ from: [0, 0, '*120*1#'], to: [1, 1, '27761230001'] });
  });
});

describe('an international sender', () => {
  it.each([
    ['classic', '27761230001', '+27761230001'],
    ['as_sent', '27761230001', undefined],
    ['plus', '+27761230001', undefined],
  ])(
    'is told as %s says, and answered at his own number',
    async (international_senders, from_addr, beside) => {
      await fixture.start({ international_senders });
      const message = await deliver({});
      expect(message.from_addr).toBe(from_addr);
      expect(message.transport_metadata['international_sender']).toBe(beside);
      await fixture.ports.send(reply(message, 'ok'));
      expect(submitted()?.to).toEqual([1, 1, '27761230001']);
    },
  );
});

describe('with a country code', () => {
  it.each([
    ['national', 2, '0761230001'],
    ['international', 1, '27761230001'],
    ['unknown, behind 00', 0, '0027761230001'],
    ['unknown, without its 0', 0, '761230001'],
    ['unknown', 0, '27761230001'],
  ])('one person has one number, and is answered at the one that wrote: %s', async (_, ton, address) => {
    await fixture.start({ country_code: '27', OPERATOR_PREFIX: { '2776': 'VODACOM' } });
    const message = await deliver({ sourceAddrTon: ton, sourceAddr: address });
    expect(message).toMatchObject({ from_addr: '+27761230001', provider: 'VODACOM' });
    await fixture.ports.send(reply(message, 'ok'));
    expect(submitted()?.to).toEqual([ton, 1, address]);
  });

  it.each([
    ['076 123 0001', [1, 1, '27761230001']],
    ['27761230001', [1, 1, '27761230001']],
    ['8000', [0, 1, '8000']],
  ])('a message to %s that answers nothing goes to the number', async (to_addr, right) => {
    await fixture.start({ country_code: '27' });
    await fixture.ports.send(outbound('x', { to_addr }));
    expect(submitted()?.to).toEqual(right);
  });

  it('short codes and names that write stay as they are', async () => {
    await fixture.start({ country_code: '27' });
    expect((await deliver({ sourceAddrTon: 0, sourceAddr: '8000' })).from_addr).toBe('8000');
    expect((await deliver({ sourceAddrTon: 5, sourceAddr: 'MyBank' })).from_addr).toBe('MyBank');
  });
});

describe('a message that answers nothing', () => {
  it.each([
    ['+27 76 123 0001', [1, 1, '27761230001']],
    ['tel:+27761230001', [1, 1, '27761230001']],
    ['0027761230001', [1, 1, '27761230001']],
    ['076 123 0001', [0, 1, '0761230001']],
    ['*120*1#', [0, 1, '*120*1#']],
  ])('to %s goes to the number', async (to_addr, right) => {
    await fixture.start();
    await fixture.ports.send(outbound('x', { to_addr }));
    expect(submitted()?.to).toEqual(right);
  });
});
