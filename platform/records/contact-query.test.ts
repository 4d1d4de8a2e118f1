import { expect, test } from 'vitest';
import { EMPTY_CONTACT, type Contact } from './contact.ts';
import { parseContactQuery } from './contact-query.ts';
import { contactMatches } from './query-match.ts';

const jane: Contact = {
  ...EMPTY_CONTACT,
  key: 'abc123',
  account: 'clinic',
  created_at: '2026-11-24T08:00:00.000Z',
  msisdn: '+27761234567',
  name: 'Jane Ann',
  surname: "d'Ée",
  groups: ['g1'],
  extra: { city: 'Cape Town', 'odd(1)': 'a.b' },
  subscription: { news: 'true' },
};

test.each([
  'name:jane',
  'name:JANE',
  'name:"Jane Ann"',
  'name:"jane   ann"',
  'name:j*',
  'name:j?ne',
  'name:*',
  "surname:d'ée",
  'msisdn:"+27761234567"',
  'msisdn:\\+27761234567',
  'msisdn:+27761234567',
  'msisdn:27761234567',
  'msisdn:0027761234567',
  'msisdn:"+27 76 123 4567"',
  'msisdn:+2776*',
  'key:ABC123',
  'groups:g1',
  'extras-city:town',
  'extras-city:"cape town"',
  'subscription-news:true',
  'town',
  '"cape town"',
  '*:*',
  '*',
  'name:jane AND extras-city:cape',
  'name:jane && extras-city:cape',
  'name:nobody OR extras-city:cape',
  'name:nobody || extras-city:cape',
  'name:nobody extras-city:cape',
  'name:jane AND NOT surname:smith',
  'name:jane -surname:smith',
  'name:jane !surname:smith',
  'NOT name:nobody',
  '-name:nobody',
  '+name:jane name:nobody',
  '(name:nobody OR name:jane) AND (msisdn:+2776* OR groups:g9)',
  'name:x OR name:jane AND extras-city:cape',
  'NOT facebook_id:*',
  'a.b',
])('%s finds the contact', (query) => {
  expect(contactMatches(parseContactQuery(query), jane)).toBe(true);
});

test.each([
  'name:jan',
  'name:"ann jane"',
  'name:j?',
  'name:.*',
  'name:a.n',
  'msisdn:2776',
  'groups:g2',
  'groups:G1',
  'facebook_id:*',
  'name:jane AND name:nobody',
  'NOT name:jane',
  'name:jane -extras-city:cape',
  '+name:nobody name:jane',
  'created_at:2026*',
  'constructor:*',
  'a.c',
])('%s does not find it', (query) => {
  expect(contactMatches(parseContactQuery(query), jane)).toBe(false);
});

test.each([
  ['', /something is missing/],
  ['   ', /something is missing/],
  ['()', /something is missing/],
  ['name:', /"name:" has no value/],
  ['name:"jane', /a quotation has no end/],
  ['(name:jane', /"\(" without its "\)"/],
  ['name:jane)', /"\)" without its "\("/],
  ['AND name:jane', /an operator has nothing to work on/],
  ['OR name:jane', /OR has nothing before it/],
  ['name:jane AND', /an operator has nothing to work on/],
  ['NOT', /has nothing to work on/],
  ['dob:[1980 TO 1990]', /"\[" is not offered/],
  ['name:jane~2', /"~" after "jane" is not offered/],
  ['name:jane^4', /"\^" after "jane" is not offered/],
  ['/j.n/', /"\/" is not offered/],
  ['a:b:c', /":" after "b" is not offered/],
  ['name:a*b*c*d*e*f', /may have 4 wildcards/],
  ['groups:g*', /whole key/],
  ['('.repeat(30) + 'a' + ')'.repeat(30), /nests deeper than 20/],
  ['a b c d e '.repeat(11), /more than 50 terms/],
  ['a'.repeat(1001), /longer than 1000 characters/],
])('%s is refused, with the reason', (query, reason) => {
  expect(() => parseContactQuery(query)).toThrow(reason);
  expect(() => parseContactQuery(query)).toThrow(/^the query cannot be read: /);
});
