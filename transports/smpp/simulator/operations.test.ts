import { afterEach, describe, expect, it } from 'vitest';
import { bindWire, idOf, MS, startScripted, stopAll, submitBody } from '../../testing/simulator-fixture.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';

afterEach(stopAll);

describe('what the simulator takes', () => {
  it('queries, cancels and replaces (point 60)', async () => {
    const smsc = await startScripted();
    const wire = await bindWire(smsc);
    const later = submitBody({ scheduleDeliveryTime: '000000000100000R' });
    const id = idOf(await wire.ask(later, MS));
    const source = { sourceAddrTon: 0, sourceAddrNpi: 0, sourceAddr: '12345' };
    const query = async (messageId: string) => wire.ask({ command: 'query_sm', messageId, ...source }, MS);
    expect((await query(id))?.body).toMatchObject({ messageState: 0, finalDate: '' });
    const replacement = {
      ...source,
      command: 'replace_sm',
      messageId: id,
      scheduleDeliveryTime: '',
      validityPeriod: '',
      registeredDelivery: 0,
      smDefaultMsgId: 0,
      shortMessage: Buffer.from('other'),
    } as const;
    expect((await wire.ask(replacement, MS))?.status).toBe(STATUS.ROK);
    const cancel = {
      ...source,
      command: 'cancel_sm',
      serviceType: '',
      messageId: id,
      destAddrTon: 0,
      destAddrNpi: 0,
      destinationAddr: '',
    } as const;
    expect((await wire.ask(cancel, MS))?.status).toBe(STATUS.ROK);
    expect((await query(id))?.body).toMatchObject({ messageState: 4 });
    expect((await wire.ask(cancel, MS))?.status).toBe(STATUS.RCANCELFAIL);
    expect((await wire.ask(replacement, MS))?.status).toBe(STATUS.RREPLACEFAIL);
    expect((await query('nonsense'))?.status).toBe(STATUS.RQUERYFAIL);
    const sent = idOf(await wire.ask(submitBody(), MS));
    expect((await query(sent))?.body).toMatchObject({ messageState: 2 });
    expect(smsc.messages()).toHaveLength(1);
  });

  it('takes submit_multi for many, and says whom it cannot reach (point 32)', async () => {
    const smsc = await startScripted({ rules: [{ to: '^000$', do: { status: 'RINVDSTADR' } }] });
    const wire = await bindWire(smsc);
    const { destAddrTon: _ton, destAddrNpi: _npi, destinationAddr: _to, ...fields } = submitBody();
    const destinations = ['111', '000', '222'].map((address) => ({ ton: 1, npi: 1, address }));
    const answer = await wire.ask({ ...fields, command: 'submit_multi', destinations }, MS);
    expect(answer).toMatchObject({
      status: STATUS.ROK,
      body: { unreached: [{ address: '000', status: STATUS.RINVDSTADR }] },
    });
    expect(smsc.messages().map(({ to_addr }) => to_addr)).toEqual(['+111', '+222']);
  });

  it.each([
    [23, 'a text of 254 octets', submitBody({ shortMessage: Buffer.alloc(254, 65) }), STATUS.ROK],
    [
      24,
      'text twice',
      submitBody({ tlvs: [{ tag: TAG.MESSAGE_PAYLOAD, value: Buffer.from('x') }] }),
      STATUS.RINVMSGLEN,
    ],
    [
      24,
      'message_payload',
      submitBody({
        shortMessage: Buffer.alloc(0),
        tlvs: [{ tag: TAG.MESSAGE_PAYLOAD, value: Buffer.alloc(5000) }],
      }),
      STATUS.ROK,
    ],
    [25, 'an unknown TLV', submitBody({ tlvs: [{ tag: 0x3fff, value: Buffer.from('x') }] }), STATUS.ROK],
    [30, 'a wrong time', submitBody({ scheduleDeliveryTime: 'R' }), STATUS.RINVSCHED],
    [30, 'a wrong validity', submitBody({ validityPeriod: 'tomorrow' }), STATUS.RINVEXPIRY],
    [31, 'a priority above 3', submitBody({ priorityFlag: 4 }), STATUS.RINVPRTFLG],
    [22, 'no receiver', submitBody({ destinationAddr: '' }), STATUS.RINVDSTADR],
  ] as const)('point %i: %s is answered as the specification has it', async (_, _name, body, status) => {
    const wire = await bindWire(await startScripted());
    expect((await wire.ask(body, MS))?.status).toBe(status);
  });
});
