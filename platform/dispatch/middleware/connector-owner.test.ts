import { stampMessage, stampOf, type Stamp } from '@vumi/core';
import { expect, it } from 'vitest';
import { RouteTable, type RouteRule } from '../route-table.ts';
import { createConnectorOwner } from './connector-owner.ts';
import { message, pass, taken } from './passing.fixture.ts';

const to = (account: string, connector: string): RouteRule => ({
  account,
  name: connector,
  app: null,
  connector,
  transport: 'smsc',
  to_addr: '8000',
  keyword: null,
  prefix: null,
});
const table = new RouteTable({
  accounts: [],
  apps: [],
  routes: [to('acme', 'relay'), to('acme', 'bridge'), to('other', 'bridge')],
  numbers: [],
  transports: [],
});

it.each<[string, string, Stamp | null, Stamp | null | 'refused']>([
  ['of one account', 'relay', null, { account: 'acme', app: null, connector: 'relay' }],
  [
    'of one, of several',
    'bridge',
    { account: 'other', app: null },
    { account: 'other', app: null, connector: 'bridge' },
  ],
  ['of nobody, of several', 'bridge', null, 'refused'],
  ['of a third', 'bridge', { account: 'third', app: null }, 'refused'],
  ["of another's app", 'relay', { account: 'other', app: 'quiz' }, 'refused'],
  ['of an app', 'sandbox_0', { account: 'other', app: 'quiz' }, { account: 'other', app: 'quiz' }],
])('a message %s from %s', async (_what, connector, claimed, expected) => {
  const given = claimed === null ? message() : stampMessage(message(), claimed);
  const passing = pass(
    createConnectorOwner(() => table),
    taken('outbound', connector, given),
  );
  if (expected === 'refused') return expect(passing).rejects.toMatchObject({ code: 'route.none' });
  const [passed] = await passing;
  return expect(passed === undefined ? null : stampOf(passed.message as typeof given)).toEqual(expected);
});
