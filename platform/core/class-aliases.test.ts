import { expect, it } from 'vitest';
import { findKind } from './class-aliases.ts';

const kinds = {
  smpp: { aliases: { SmppReceiverTransport: { bind_type: 'receiver' }, 'vumi.transports.smpp.Old': {} } },
  http_api: { aliases: { HttpApiTransport: {} } },
};

it.each([
  ['smpp', 'smpp', {}],
  ['HttpApiTransport', 'http_api', {}],
  ['vumi.transports.smpp.SmppReceiverTransport', 'smpp', { bind_type: 'receiver' }],
  ['vumi.transports.smpp.Old', 'smpp', {}],
])('%s is %s', (name, found, options) => {
  expect(findKind(kinds, name)).toMatchObject({ name: found, options });
});

it.each(['SMPP', 'other.SmppReceiverTransport', 'toString', ''])('"%s" is nothing', (name) => {
  expect(findKind(kinds, name)).toBeNull();
});
