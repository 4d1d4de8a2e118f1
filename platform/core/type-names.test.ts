import { expect, test } from 'vitest';
import { findType } from './type-names.ts';

const types = [
  {
    type: 'smpp',
    aliases: ['vumi.transports.smpp.SmppTransport', 'vumi.transports.smpp.smpp_transport.SmppTransceiver'],
  },
  { type: 'dispatcher', aliases: ['vumi.dispatchers.BaseDispatchWorker'] },
];

test.each([
  ['smpp', 'smpp'],
  ['vumi.transports.smpp.SmppTransport', 'smpp'],
  ['SmppTransport', 'smpp'],
  ['vumi.transports.smpp.transport.SmppTransport', 'smpp'],
  ['vumi.dispatchers.base.BaseDispatchWorker', 'dispatcher'],
])('%s is %s', (word, type) => {
  expect(findType(types, word, { kind: 'worker' }).type).toBe(type);
});

test.each([
  ['vumi.transports.smpp.SmpTransport', 'did you mean "SmppTransport"'],
  ['smp', 'did you mean "smpp"'],
  ['', 'known are dispatcher, smpp'],
])('%s is unknown: %s', (word, text) => {
  expect(() => findType(types, word, { kind: 'worker' })).toThrow(text);
});
