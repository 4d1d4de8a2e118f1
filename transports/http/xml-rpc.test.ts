import { expect, it } from 'vitest';
import { readCall, readResponse, writeCall, writeFault, writeResponse, type RpcValue } from './xml-rpc.ts';

const VALUES: readonly RpcValue[] = ['a<b', '', 7, 1.5, true, false, ['x', ['y']], { a: { b: 'c' }, d: 1 }];

it.each(VALUES)('%j is read as it was written', (value) => {
  expect(readCall(Buffer.from(writeCall('m', value, 'next')))).toEqual({
    method: 'm',
    params: [value, 'next'],
  });
  expect(readResponse(Buffer.from(writeResponse(value)))).toEqual({ value });
});

it('a value without a type is a text, and other spellings of numbers are read', () => {
  const call =
    '<methodCall><methodName>m</methodName><params><param><value>hi</value></param><param><value><i4>7</i4></value></param></params></methodCall>';
  expect(readCall(Buffer.from(call))).toEqual({ method: 'm', params: ['hi', 7] });
});

it('a fault is told from a response', () => {
  expect(readResponse(Buffer.from(writeFault(4001, 'Missing')))).toEqual({
    fault: { faultCode: 4001, faultString: 'Missing' },
  });
});

it.each(['', '<a/>', '<methodCall/>', 'no XML'])('"%s" is neither call nor response', (text) => {
  expect([readCall(Buffer.from(text)), readResponse(Buffer.from(text))]).toEqual([null, null]);
});

it('octets and dates are written as their types', () => {
  const call = writeCall('m', Buffer.from('é'), new Date('2026-11-29T10:00:00.900Z'));
  expect(call).toContain('<value><base64>w6k=</base64></value>');
  expect(call).toContain('<value><dateTime.iso8601>20261129T10:00:00</dateTime.iso8601></value>');
  expect(readCall(Buffer.from(call))?.params).toEqual(['w6k=', '20261129T10:00:00']);
});
