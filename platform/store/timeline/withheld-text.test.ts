import type { ExchangeDescription } from '@vumi/core';
import { expect, test } from 'vitest';
import { withoutText } from './withheld-text.ts';

const http = (request: object, answer: object | null = null): ExchangeDescription => ({
  protocol: 'http',
  direction: 'received',
  request: { method: 'POST', remote_address: '10.0.0.1', ...request },
  answer: answer as ExchangeDescription['answer'],
  ms: 3,
});

test.each([
  {
    label: 'a query',
    request: { query: 'msisdn=27761234567&Message=84213&id=7' },
    shown: { query: 'msisdn=27761234567&Message=%5Bsecret%5D&id=7' },
  },
  {
    label: 'a form',
    request: { body: 'From=27761234567&keyword=84213' },
    shown: { body: 'From=27761234567&keyword=%5Bsecret%5D' },
  },
  {
    label: 'JSON',
    request: { body: { results: [{ from: '27761234567', text: '84213', raw: { hex: '3834' } }] } },
    shown: { body: { results: [{ from: '27761234567', text: '[secret]', raw: { hex: '[secret]' } }] } },
  },
  { label: 'XML', request: { body: '<sms><text>84213</text></sms>' }, shown: { body: '[secret]' } },
  { label: 'nothing', request: { body: '', query: '' }, shown: { body: '', query: '' } },
  {
    label: 'headers',
    request: { headers: { host: 'vumi', 'content-type': 'text/plain', 'x-text': '84213' } },
    shown: { headers: { host: 'vumi', 'content-type': 'text/plain', 'x-text': '[secret]' } },
  },
])('of a request with $label the facts stay', ({ request, shown }) => {
  const without = withoutText(http(request));
  expect(without).toEqual(http(shown));
  expect(withoutText(without)).toEqual(without);
});

test('an answer that may repeat it keeps its status', () => {
  expect(withoutText(http({}, { status: 200, body: 'got 84213' })).answer).toEqual({
    status: 200,
    body: '[secret]',
  });
});

test('of a PDU all but the text and its octets stay', () => {
  const pdu: ExchangeDescription = {
    protocol: 'smpp',
    direction: 'received',
    request: {
      command: 'deliver_sm',
      sequence_number: 7,
      fields: {
        source_addr: '27761234567',
        data_coding: 0,
        short_message: { octets: '3834323133', text: '84213' },
        tlvs: { user_message_reference: 4, message_payload: { octets: '3834323133' } },
      },
      octets: '0000003834323133',
    },
    answer: { command: 'deliver_sm_resp', command_status: 'ESME_ROK' },
  };
  const without = withoutText(pdu);
  expect(without.request).toEqual({
    command: 'deliver_sm',
    sequence_number: 7,
    fields: {
      source_addr: '27761234567',
      data_coding: 0,
      tlvs: { user_message_reference: 4, message_payload: { octets: '[secret]' } },
      text: '[secret]',
    },
  });
  expect(without.answer).toEqual(pdu.answer);
  expect(withoutText(without)).toEqual(without);
});
