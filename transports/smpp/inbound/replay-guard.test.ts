import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryLedger } from '../../testing/memory-ports.ts';
import { ReplayGuard, type SessionReplays } from './replay-guard.ts';

const MINUTE = 60_000;

let now: number;
let ledger: MemoryLedger;
let guard: ReplayGuard;
let session: SessionReplays;

beforeEach(() => {
  now = 0;
  ledger = new MemoryLedger();
  guard = open();
  session = guard.openSession();
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
    const { messageId } = session.take(pdu('a', 1));
    session.end();
    expect(session.take(pdu('a', 99)).messageId).toBe(messageId);
  });

  it('lets each entry absorb one PDU', () => {
    const ids = [session.take(pdu('a')).messageId, session.take(pdu('a')).messageId];
    session.end();
    const again = [1, 2, 3].map((sequence) => session.take(pdu('a', sequence)).messageId);
    expect(again.slice(0, 2)).toEqual(ids);
    expect(ids).not.toContain(again[2]);
  });

  it('keeps what was answered until the peer has read a later PDU of ours', () => {
    const first = session.take(pdu('a'));
    const second = session.take(pdu('b'));
    session.answered(first, 10);
    session.answered(second, 12);
    session.read(10);
    expect(ledger.values.size).toBe(2);
    session.read(11);
    expect(ledger.values.size).toBe(1);
    session.end();
    expect(session.take(pdu('a')).messageId).not.toBe(first.messageId);
    expect(session.take(pdu('b')).messageId).toBe(second.messageId);
  });

  it('says since when a response is not known as read', () => {
    expect(session.unreadSince).toBeNull();
    now = 5;
    session.answered(session.take(pdu('a')), 1);
    expect(session.unreadSince).toBe(5);
    session.read(2);
    expect(session.unreadSince).toBeNull();
  });

  it('forgets after ten minutes what did not come again', () => {
    const { messageId } = session.take(pdu('a'));
    session.end();
    now = 11 * MINUTE;
    guard.sweep();
    expect(ledger.values.size).toBe(0);
    expect(session.take(pdu('a')).messageId).not.toBe(messageId);
  });

  it('knows after a kill what the process before had taken', () => {
    const { messageId } = session.take(pdu('a'));
    guard = open();
    session = guard.openSession();
    expect(session.take(pdu('a')).messageId).toBe(messageId);
  });

  it('gives what one session took and did not answer to the other, and keeps apart what each has read', () => {
    const other = guard.openSession();
    const first = session.take(pdu('a'));
    const second = other.take(pdu('b'));
    session.answered(first, 5);
    other.answered(second, 50);
    session.read(60);
    expect(ledger.values.size).toBe(1);
    other.end();
    expect(session.take(pdu('b')).messageId).toBe(second.messageId);
  });

  it('keeps a PDU that was taken twice while its first session ends at one id', () => {
    const first = session.take(pdu('a'));
    session.end();
    const other = guard.openSession();
    expect(other.take(pdu('a')).messageId).toBe(first.messageId);
    session.answered(first, 3);
    session.read(4);
    expect(ledger.values.size).toBe(1);
  });
});
