import { Secret } from '@vumi/core';
import { expect, it } from 'vitest';
import { createGate } from './gate.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const known = { web_username: 'net', web_password: new Secret('pé:arl'), web_auth_domain: 'Vumi "7"' };

it.each<[string, string | undefined, number | null]>([
  ['the right ones', basic('net:pé:arl'), null],
  ['in another case', basic('net:pé:arl').replace('Basic', 'bAsIc'), null],
  ['a wrong password', basic('net:pearl'), 401],
  ['a wrong name', basic('ned:pé:arl'), 401],
  ['no colon', basic('net'), 401],
  ['something behind them', `${basic('net:pé:arl')}x=`, 401],
  ['none', undefined, 401],
])('name and password: %s', (_label, authorization, status) => {
  const gate = createGate({ ...known, allowed_addresses: undefined });
  const answer = gate({
    headers: authorization === undefined ? {} : { authorization },
    remoteAddress: '10.0.0.1',
  });
  expect(answer?.status ?? null).toBe(status);
  if (answer !== null) expect(answer.headers?.['www-authenticate']).toBe('Basic realm="Vumi 7"');
});

it.each([
  ['192.0.2.77', null],
  ['192.0.3.1', 403],
  ['2001:db8::5', null],
  ['2001:db9::5', 403],
  ['198.51.100.1', null],
  ['', 403],
])('a caller at %s', (remoteAddress, status) => {
  const allowed_addresses = ['192.0.2.0/24', '2001:db8::/32', '198.51.100.1'];
  const gate = createGate({
    allowed_addresses,
    web_username: undefined,
    web_password: undefined,
    web_auth_domain: 'Vumi',
  });
  expect(gate({ headers: {}, remoteAddress })?.status ?? null).toBe(status);
});
