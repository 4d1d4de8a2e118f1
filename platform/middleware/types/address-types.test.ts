import type { UserMessage } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { normaliseMsisdn } from '../normalise-msisdn.ts';
import {
  inbound,
  openMiddlewarePlace,
  outbound,
  through,
  type MiddlewarePlace,
} from '../middleware-place.fixture.ts';
import { addressPrefixProviderSetting } from './address-prefix-provider-setting.ts';
import { addressTranslation } from './address-translation.ts';
import { staticProviderSetting } from './static-provider-setting.ts';

let place: MiddlewarePlace;
beforeAll(async () => {
  place = await openMiddlewarePlace();
});
afterAll(() => place[Symbol.asyncDispose]());

describe('address translation', () => {
  const outbound_map = { '555OLD': '+27555', '555': '+278' };

  test('translates to whom a message goes and who one comes from, and nothing else', async () => {
    const middleware = await through(addressTranslation, { outbound_map }, place.ports);
    const sent = outbound({ to_addr: '555OLD', from_addr: '555' });
    expect(await middleware.send(sent)).toEqual({ ...sent.message, to_addr: '+27555' });
    const came = inbound({ from_addr: '+278', to_addr: '+27555' });
    expect(await middleware.send(came)).toEqual({ ...came.message, from_addr: '555' });
    for (const other of [outbound({ to_addr: '+27555' }), inbound({ from_addr: 'toString' })])
      expect(await middleware.send(other)).toBe(other.message);
  });

  test.each([
    ['two addresses for one', { a: '+277', b: '+277' }, 'outbound_map.b'],
    ['a number without quotes', { a: 27761234567 }, 'outbound_map.a'],
  ])('refuses %s', async (_, map, field) => {
    const start = addressTranslation.start({ outbound_map: map }, place.ports);
    await expect(start).rejects.toMatchObject({ code: 'config.invalid', field });
  });
});

test('a static provider takes the place of whatever was there, in both directions', async () => {
  const middleware = await through(staticProviderSetting, { provider: 'MTN' }, place.ports);
  for (const transit of [inbound({ provider: 'Cell C' }), outbound(), outbound({ provider: 'MTN' })])
    expect(await middleware.send(transit)).toEqual({ ...transit.message, provider: 'MTN' });
});

describe('the provider by the prefix of an address', () => {
  const provider_prefixes = { '+27': 'SA', '+2782': 'Vodacom', '+27820': 'Other', '083': 'MTN' };
  const plain = { provider_prefixes };
  const normalised = { provider_prefixes, normalize_msisdn: { country_code: '27' } };
  const stripped = {
    provider_prefixes: { '2782': 'Vodacom', '+2782': 'never' },
    normalize_msisdn: { country_code: '27', strip_plus: true },
  };

  test.each<[string, object, string | null, string | null]>([
    ['the longest prefix', plain, '+27821234567', 'Vodacom'],
    ['a shorter one', plain, '+27761234567', 'SA'],
    ['none', plain, '+4477', null],
    ['an address that is not normalised', plain, '0831234567', 'MTN'],
    ['no address', plain, null, null],
    ['an address that is normalised', normalised, '0821234567', 'Vodacom'],
    ['a short code', normalised, '08312', 'MTN'],
    ['an address without its plus', stripped, '0027 82 123-4567', 'Vodacom'],
  ])('%s', async (_, config, address, provider) => {
    const middleware = await through(addressPrefixProviderSetting, config, place.ports);
    for (const transit of [inbound({ from_addr: address }), outbound({ to_addr: address })]) {
      const expected: UserMessage = { ...transit.message, provider };
      expect(await middleware.send(transit)).toEqual(expected);
    }
  });

  test('a provider that is there stays', async () => {
    const middleware = await through(addressPrefixProviderSetting, plain, place.ports);
    const transit = inbound({ from_addr: '+27821234567', provider: 'known' });
    expect(await middleware.send(transit)).toBe(transit.message);
  });

  test.each([
    ['12345', '27', '12345'],
    ['00123', '27', '00123'],
    ['0761234567', '27', '+27761234567'],
    ['0027761234567', '27', '+27761234567'],
    ['27761234567', '27', '+27761234567'],
    ['+27 76 123-4567', '27', '+27761234567'],
    ['44771234567', '27', '44771234567'],
    ['44771234567', '', '+44771234567'],
  ])('Vumi reads %s with the country %j as %s', (raw, country, number) => {
    expect(normaliseMsisdn(raw, country)).toBe(number);
  });
});
