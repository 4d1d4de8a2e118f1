import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { NO_TLVS } from '../codec/pdu.ts';
import { Output } from './output.ts';
import { RequestWindow } from './request-window.ts';

const MAX_SEQUENCE = 4;
const RESPONSE = { status: 0, body: { command: 'submit_sm_resp', messageId: 'x', tlvs: NO_TLVS } } as const;

/** An output that goes nowhere and tells the sequence numbers. */
class Sequences extends Output {
  readonly seen: number[] = [];

  constructor() {
    const nowhere = new Socket();
    nowhere.on('error', () => {});
    super(nowhere, { beforeWrite: () => {}, afterWrite: () => {} });
  }

  override push(...args: Parameters<Output['push']>): number {
    this.seen.push(args[2]);
    return super.push(...args);
  }
}

describe('sequence numbers', () => {
  it('point 6: start again at 1 after the greatest, and skip those that still wait for their response', () => {
    const output = new Sequences();
    const options = { size: 10, responseTimeoutMs: 1000, clock: () => 0, maxSequence: MAX_SEQUENCE };
    const window = new RequestWindow(output, options);
    const send = (): void => void window.requestUrgently({ command: 'enquire_link' });
    send();
    send();
    window.settle(2, RESPONSE);
    send();
    send();
    window.settle(3, RESPONSE);
    send();
    send();
    expect(output.seen).toEqual([1, 2, 3, 4, 2, 3]);
  });
});
