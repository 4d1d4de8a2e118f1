import { describe, expect, it } from 'vitest';
import { compileReceiptPattern } from '../options/receiving-options.ts';
import { createPatternReader, createStatusMap, messageStateName, readReceiptText } from './receipt.ts';

describe('the text of a receipt', () => {
  it.each([
    [
      'as appendix B has it',
      'id:0123456789 sub:001 dlvrd:001 submit date:2611222200 done date:2611222201 stat:DELIVRD err:000 text:Hello',
      ['0123456789', 'DELIVRD', '000'],
    ],
    [
      'with Text: in capitals',
      'id:1 sub:001 dlvrd:001 submit date:1 done date:1 stat:UNDELIV err:069 Text:',
      ['1', 'UNDELIV', '069'],
    ],
    [
      'without sub and dlvrd',
      'id:ab-12_x submit date:2611222200 done date:2611222200 stat:EXPIRED err:1 text:',
      ['ab-12_x', 'EXPIRED', '1'],
    ],
    [
      'with dates of twelve digits',
      'id:7 sub:1 dlvrd:1 submit date:261122220059 done date:261122220059 stat:DELIVRD err:0 text:x',
      ['7', 'DELIVRD', '0'],
    ],
    [
      'with hyphens and spaces in dates',
      'id:7 submit date:26-11-22 22:00 done date:26-11-22 22:00 stat:DELIVRD err:0',
      ['7', 'DELIVRD', '0'],
    ],
    ['with a lower case state', 'id:7 stat:delivrd err:0 text:', ['7', 'delivrd', '0']],
    [
      'with a state of six letters',
      'id:7 sub:null dlvrd:null submit date:null done date:null stat:FAILED err:null text:null',
      ['7', 'FAILED', 'null'],
    ],
    ['with letters in err', 'id:7 stat:REJECTD err:1A2 text:', ['7', 'REJECTD', '1A2']],
    ['in another order', 'stat:DELIVRD id:7 err:000', ['7', 'DELIVRD', '000']],
    [
      'with fields of the vendor',
      'id:7 sub:001 dlvrd:001 stat:DELIVRD err:000 mcc:655 mnc:01 text:',
      ['7', 'DELIVRD', '000'],
    ],
    ['on lines', 'id:7\nsub:001\nstat:DELIVRD\nerr:000\ntext:', ['7', 'DELIVRD', '000']],
    ['with spaces after colons', 'id: 7 stat: DELIVRD err: 000', ['7', 'DELIVRD', '000']],
    ['without err and text', 'id:7 stat:DELIVRD', ['7', 'DELIVRD', null]],
    [
      'that quotes another receipt',
      'id:7 stat:DELIVRD err:000 text:id:8 stat:UNDELIV',
      ['7', 'DELIVRD', '000'],
    ],
  ] as const)('point 49: is read %s', (_, text, [remoteId, state, error]) => {
    expect(readReceiptText(text)).toEqual({ remoteId, state, error });
  });

  it.each([
    '',
    'Hello',
    'id:7',
    'stat:DELIVRD',
    'my id: 7',
    'text:id:7 stat:DELIVRD',
    `id:${'9'.repeat(66)} stat:DELIVRD`,
  ])('point 49: is not %j', (text) => {
    expect(readReceiptText(text)).toBeNull();
  });

  it('may be read with a pattern of Vumi', () => {
    const read = createPatternReader(compileReceiptPattern('ref=(?P<id>\\S+) state=(?P<stat>[A-Z]+)'));
    expect(read('x ref=12 state=GONE')).toEqual({ remoteId: '12', state: 'GONE', error: null });
    expect(read('id:7 stat:DELIVRD')).toBeNull();
  });
});

describe('the state of a receipt', () => {
  const statusOf = createStatusMap({ BUFFERED: 'pending', DELETED: 'pending' });

  it.each([
    ['DELIVRD', 'delivered'],
    ['delivrd', 'delivered'],
    ['DELIVERED', 'delivered'],
    ['0', 'delivered'],
    ['ACCEPTD', 'delivered'],
    ['UNDELIV', 'failed'],
    ['EXPIRED', 'failed'],
    ['REJECTD', 'failed'],
    ['FAILED', 'failed'],
    ['ENROUTE', 'pending'],
    ['UNKNOWN', 'pending'],
    ['NEVERSEEN', 'pending'],
    ['BUFFERED', 'pending'],
    ['DELETED', 'pending'],
  ])('point 50: %s is %s', (state, status) => {
    expect(statusOf(state)).toBe(status);
  });

  it('point 50: has names for the numbers of message_state', () => {
    expect([1, 2, 5, 8, 77].map(messageStateName)).toEqual([
      'ENROUTE',
      'DELIVERED',
      'UNDELIVERABLE',
      'REJECTED',
      '77',
    ]);
  });
});
