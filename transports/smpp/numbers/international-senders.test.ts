import { describe, expect, it } from 'vitest';
import { presentSender } from './international-senders.ts';

describe('a sender', () => {
  it.each([
    ['international', '27820001001', 1, '+27820001001'],
    ['international behind 00', '0027820001001', 1, '+27820001001'],
    ['international, of seven digits', '2901234', 1, '+2901234'],
    ['unknown', '27820001001', 0, null],
    ['national', '0820001001', 2, null],
    ['national that is called international', '0820001001', 1, null],
    ['international with its plus', '+27820001001', 1, null],
    ['a short code that is called international', '12345', 1, null],
    ['too long', '2782000100127820', 1, null],
    ['a name', 'MyBank', 5, null],
    ['a name that is called international', 'MyBank', 1, null],
    ['nobody', '', 1, null],
    ['of an unknown type', '27820001001', undefined, null],
  ])('that is %s', (_, address, ton, plus) => {
    const sender = { address, ton };
    expect(presentSender(sender, 'as_sent')).toEqual({ from_addr: address, metadata: {} });
    expect(presentSender(sender, 'plus')).toEqual({ from_addr: plus ?? address, metadata: {} });
    expect(presentSender(sender, 'classic')).toEqual({
      from_addr: address,
      metadata: plus === null ? {} : { international_sender: plus },
    });
  });
});
