import { expect, it } from 'vitest';
import { findKind } from '@vumi/core';
import { CalledHttp } from '../testing/called-http.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { USSD_GOLDENS } from '../testing/ussd-goldens/index.ts';
import { UssdPlay } from '../testing/ussd-play.ts';
import { ussdTransports } from './index.ts';

it.each(Object.entries(USSD_GOLDENS))('%s', async (_label, { type, config, exchanges }) => {
  await using play = await UssdPlay.start(type, config);
  for (const { ask, in: published, out, answer, status = 200, headers = {} } of exchanges) {
    const before = play.memory.inbound.length;
    if (out !== undefined) play.say(out);
    const shown = await play.ask(ask);
    const said: unknown = typeof answer === 'string' ? shown.body : JSON.parse(shown.body);
    expect([shown.status, said]).toEqual([status, answer]);
    expect(shown.headers).toMatchObject(headers);
    const fresh = play.memory.inbound.slice(before);
    expect(fresh).toMatchObject(published === null ? [] : [published]);
  }
  expect(play.memory.events.filter(({ event_type }) => event_type !== 'ack')).toEqual([]);
});

it('without a public URL only our own phones of USSD find us, which is no fault and said; a port of its own may be found', async () => {
  const told = async (config: Record<string, unknown>, publicUrl: string | null) => {
    const memory = new MemoryPorts('net');
    await using _play = await UssdPlay.start('safaricom', config, memory, new CalledHttp('net', publicUrl));
    return memory.statuses.filter(({ component }) => component === 'webhook');
  };
  expect(await told({}, null)).toMatchObject([
    { status: 'ok', type: 'no_public_url', message: expect.stringMatching(/vumi phone.*web_port/) as string },
  ]);
  expect(await told({}, 'https://vumi.example')).toEqual([]);
  expect(await told({ web_port: 0 }, null)).toEqual([]);
});

it('each network has a golden', () => {
  const tested = new Set<string>(Object.values(USSD_GOLDENS).map(({ type }) => type));
  expect(Object.keys(ussdTransports).filter((type) => !tested.has(type))).toEqual([]);
});

it.each([
  ['CellulantTransport', 'cellulant'],
  ['InfobipTransport', 'infobip_ussd'],
  ['vumi.transports.airtel.AirtelUSSDTransport', 'airtel_ussd'],
  ['vumi.transports.mtech_ussd.MtechUssdTransport', 'mtech_ussd'],
  ['vumi.transports.vodacom_messaging.VodacomMessagingTransport', 'vodacom_messaging'],
  ['vumi.transports.safaricom.SafaricomTransport', 'safaricom'],
  ['vumi.transports.imimobile.imimobile_ussd.ImiMobileUssdTransport', 'imimobile_ussd'],
  ['vumi.transports.dmark.DmarkUssdTransport', 'dmark_ussd'],
  ['vumi.transports.trueafrican.TrueAfricanUssdTransport', 'trueafrican_ussd'],
  ['vumi.transports.mtn_rwanda.MTNRwandaUSSDTransport', 'mtn_rwanda_ussd'],
  ['AatUssdTransport', 'aat_ussd'],
  ['hellio_ussd', 'africastalking_ussd'],
])('%s is another name of %s', (name, type) => {
  expect(findKind(ussdTransports, name)?.name).toBe(type);
});
