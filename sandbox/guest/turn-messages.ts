import type { Messages, Progress } from '@vumi/sdk';
import { freeze } from './primordials.ts';
import { askFor } from './turn-resource.ts';
import type { Turn } from './turn.ts';

const SAMPLE_SECONDS = 300;

/** `app.messages`. */
export class TurnMessages implements Messages {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
    freeze(this);
  }

  progress(): Promise<Progress> {
    const asked = { args: {}, member: 'progress_status' };
    return askFor(this.#turn, 'messagestore.progress_status', asked);
  }

  countReceived(): Promise<number> {
    return askFor(this.#turn, 'messagestore.count_replies', { args: {}, member: 'count' });
  }

  countSent(): Promise<number> {
    return askFor(this.#turn, 'messagestore.count_sent_messages', { args: {}, member: 'count' });
  }

  countSenders(): Promise<number> {
    return askFor(this.#turn, 'messagestore.count_inbound_uniques', { args: {}, member: 'count' });
  }

  countReceivers(): Promise<number> {
    return askFor(this.#turn, 'messagestore.count_outbound_uniques', { args: {}, member: 'count' });
  }

  receivedPerMinute(seconds: number = SAMPLE_SECONDS): Promise<number> {
    const asked = { args: { sample_time: seconds }, member: 'throughput' };
    return askFor(this.#turn, 'messagestore.inbound_throughput', asked);
  }

  sentPerMinute(seconds: number = SAMPLE_SECONDS): Promise<number> {
    const asked = { args: { sample_time: seconds }, member: 'throughput' };
    return askFor(this.#turn, 'messagestore.outbound_throughput', asked);
  }
}
freeze(TurnMessages.prototype);
