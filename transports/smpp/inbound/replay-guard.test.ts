import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryLedger } from '../../testing/memory-ports.ts';
import { ReplayGuard } from './replay-guard.ts';

const MINUTE = 60_000;

let now: number;
let ledger: MemoryLedger;
let guard: ReplayGuard;

beforeEach(() => {
  now = 0;
  ledger = new MemoryLedger();
  guard = open();
});

const open = (): ReplayGuard => new ReplayGuard(ledger, 'smpp_a', () => now);

/** A PDU of which only the sequence number and the body count here. */
function pdu(body: string, sequence = 1): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(sequence, 12);
  return Buffer.concat([header, Buffer.from(body)]);
}

describe('the replay guard', () => {
  it('gives a PDU that comes again on the next session the id of the first, whatever its number', () => {
    const { messageId } = guard.take(pdu('a', 1));
    guard.sessionEnded();
    expect(guard.take(pdu('a', 99)).messageId).toBe(messageId);
  });

  it('lets each entry absorb one PDU', () => {
    const ids = [guard.take(pdu('a')).messageId, guard.take(pdu('a')).messageId];
    guard.sessionEnded();
    const again = [1, 2, 3].map((sequence) => guard.take(pdu('a', sequence)).messageId);
    expect(again.slice(0, 2)).toEqual(ids);
    expect(ids).not.toContain(again[2]);
  });

  it('keeps what was answered until the peer has read a later PDU of ours', () => {
    const first = guard.take(pdu('a'));
    const second = guard.take(pdu('b'));
    guard.answered(first, 10);
    guard.answered(second, 12);
    guard.read(10);
    expect(ledger.values.size).toBe(2);
    guard.read(11);
    expect(ledger.values.size).toBe(1);
    guard.sessionEnded();
    expect(guard.take(pdu('a')).messageId).not.toBe(first.messageId);
    expect(guard.take(pdu('b')).messageId).toBe(second.messageId);
  });

  it('says since when a response is not known as read', () => {
    expect(guard.unreadSince).toBeNull();
    now = 5;
    guard.answered(guard.take(pdu('a')), 1);
    expect(guard.unreadSince).toBe(5);
    guard.read(2);
    expect(guard.unreadSince).toBeNull();
  });

  it('forgets after ten minutes what did not come again', () => {
    const { messageId } = guard.take(pdu('a'));
    guard.sessionEnded();
    now = 11 * MINUTE;
    guard.sweep();
    expect(ledger.values.size).toBe(0);
    expect(guard.take(pdu('a')).messageId).not.toBe(messageId);
  });

  it('knows after a kill what the process before had taken', () => {
    const { messageId } = guard.take(pdu('a'));
    guard = open();
    expect(guard.take(pdu('a')).messageId).toBe(messageId);
  });
});
