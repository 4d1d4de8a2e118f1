import { describe, expect, it } from 'vitest';
import { compileReceiptPattern } from '../options/receiving-options.ts';
import { createPatternReader, readReceiptText } from './receipt-text.ts';

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
    ['with quotes around the id', 'id:"ab-7" stat:DELIVRD', ['ab-7', 'DELIVRD', null]],
    ['with brackets around the id', 'id:<7> stat:[DELIVRD] err:(027)', ['7', 'DELIVRD', '027']],
    ['with blanks behind the id', 'id:7          sub:001 stat:DELIVRD', ['7', 'DELIVRD', null]],
    ['with an id in groups', 'id:0012 34ab sub:001 stat:DELIVRD', ['0012 34ab', 'DELIVRD', null]],
    ['with words behind the id', 'id:7 of today sub:001 stat:DELIVRD', ['7', 'DELIVRD', null]],
    ['with commas', 'id:7,sub:001,dlvrd:001,stat:DELIVRD,err:000,text:a', ['7', 'DELIVRD', '000']],
    ['with semicolons', 'id:7;stat:UNDELIV;err:12;', ['7', 'UNDELIV', '12']],
    ['with equals signs', 'id=7 stat=UNDELIV err=12', ['7', 'UNDELIV', '12']],
    [
      'without spaces between the fields',
      'id:7sub:001dlvrd:001submit date:2611290800done date:2611290801stat:DELIVRDerr:027text:',
      ['7', 'DELIVRD', '027'],
    ],
    ['in capitals', 'ID:7 SUB:001 DLVRD:001 STAT:DELIVRD ERR:000 TEXT:ID:8', ['7', 'DELIVRD', '000']],
    [
      'with the names of a vendor',
      'msgid:7 status:UNDELIVERABLE error code:12',
      ['7', 'UNDELIVERABLE', '12'],
    ],
    ['with another name that ends so', 'NETID:655 ID:7 SUBSTAT:x STAT:DELIVRD', ['7', 'DELIVRD', null]],
    ['with an err of four digits', 'id:7 stat:REJECTD err:0027', ['7', 'REJECTD', '0027']],
    [
      'with times that tell their zone',
      'id:rdwj submit date:180711070003912+ done date:180711070000012+ stat:UNDELIV err:000',
      ['rdwj', 'UNDELIV', '000'],
    ],
    [
      'with years of four digits',
      'id:7 submit date:20261129080000 stat:EXPIRED err:1',
      ['7', 'EXPIRED', '1'],
    ],
    ['with a number for the state', 'id:7 stat:2 err:0', ['7', '2', '0']],
    ['without the state', 'id:7 err:0', ['7', null, '0']],
    ['without the id', 'sub:001 stat:DELIVRD err:0', [null, 'DELIVRD', '0']],
    ['with an id that is none', `id:${'9'.repeat(66)} stat:DELIVRD`, [null, 'DELIVRD', null]],
  ] as const)('point 49: is read %s', (_, text, [id, state, error]) => {
    expect(readReceiptText(text)).toMatchObject({ id, state, error });
  });

  it('keeps what is not quoted of the message for people to read', () => {
    expect(readReceiptText('id:7 stat:DELIVRD mcc:655 text:secret')?.head).toBe('id:7 stat:DELIVRD mcc:655');
  });

  it.each(['', 'Hello', 'text:id:7 stat:DELIVRD'])('point 49: is not %j', (text) => {
    expect(readReceiptText(text)).toBeNull();
  });

  it('may be read with a pattern of Vumi', () => {
    const read = createPatternReader(compileReceiptPattern('ref=(?P<id>\\S+) state=(?P<stat>[A-Z]+)'));
    expect(read('x ref=12 state=GONE')).toMatchObject({ id: '12', state: 'GONE', error: null });
    expect(read('id:7 stat:DELIVRD')).toBeNull();
  });
});
