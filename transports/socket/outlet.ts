import { Lanes as AddressLanes, type UserMessage } from '@vumi/core';
import { transportMeasures } from '@vumi/measures';
import { Results, type Marks, type RemoteIds } from '../sending/results.ts';
import { Consumer } from '../sending/consumer.ts';
import { Lanes, type LaneSession } from '../sending/lanes.ts';
import { PartLedger } from '../sending/part-ledger.ts';
import { isUnsent, type PartResult } from '../sending/part-result.ts';
import { dueOf, unwantedResult } from '../sending/unwanted.ts';
import type { TransportPorts } from '../transport-type.ts';

/** The network has not got the message: the line is lost, or the network wants it later. */
export interface Unsent {
  readonly kind: 'unsent';
  readonly reason: 'lost' | 'throttled';
}

export const LOST: Unsent = { kind: 'unsent', reason: 'lost' };

/** A way to the network that is open now. */
export interface Line extends LaneSession {
  /** `marks.sending()` is called in the tick in which the message goes to the socket. Never rejects. */
  send(message: UserMessage, marks: Marks): Promise<PartResult | Unsent>;
}

export interface OutletOptions extends Pick<
  TransportPorts,
  'end' | 'ledger' | 'state' | 'clock' | 'logger' | 'refusalOf'
> {
  /** Messages a second; infinite without a limit. */
  readonly maxRate: number;
  /** Messages that may be unanswered at once; those to one address go one after the other. */
  readonly window: number;
  /** What has to know the network's ids. */
  readonly remoteIds?: RemoteIds | undefined;
  /** A message of which nobody knows whether the network has it is sent again. */
  readonly sendsAgain: boolean;
}

const LANE = 'socket';
const PREFETCH = 100;
const SWEEP_MS = 1000;
const THROTTLE_MS = 1000;
const MOST_DOUBTS = 5;
const STOPPED: PartResult = {
  kind: 'uncertain',
  reason: 'the transport was stopped while it sent the message',
};

/** Sends messages while there is a line, each with one outcome and one event, whatever dies whenever (spec channels §1.2). */
export class Outlet implements AsyncDisposable {
  readonly #options: OutletOptions;
  readonly #byAddress = new AddressLanes();
  readonly #lanes: Lanes<Line>;
  readonly #parts: PartLedger;
  readonly #consumer: Consumer;
  readonly #sweeper: NodeJS.Timeout;
  readonly results: Results;
  #uncertain = 0;

  constructor(options: OutletOptions) {
    const { end, ledger, clock, logger, maxRate, window } = options;
    this.#options = options;
    this.#parts = new PartLedger(ledger, end.name, clock);
    this.results = new Results({ ...options, parts: this.#parts });
    this.#consumer = new Consumer(logger);
    this.#lanes = new Lanes({
      window,
      maxRate,
      delayMs: THROTTLE_MS,
      clock: () => performance.now(),
      onThrottled: () => {},
      onAnswered: (ms) => transportMeasures.submitSeconds.observe(ms / 1000, end.name),
    });
    this.#sweeper = setInterval(() => {
      this.#parts.sweep();
      this.#lanes.sweep();
    }, SWEEP_MS).unref();
  }

  /** Takes messages from the queue from now on, while there is a line. */
  async open(): Promise<void> {
    const { end } = this.#options;
    this.#consumer.begin(await end.onOutbound((message) => this.#handle(message), { prefetch: PREFETCH }));
  }

  join(line: Line): void {
    this.#lanes.join(LANE, line);
    this.#consumer.run(true);
  }

  /** To be called before what is in flight on the line settles. */
  leave(line: Line): void {
    this.#lanes.leave(LANE, line);
    if (this.#lanes.open === 0) this.#consumer.run(false);
  }

  /** The line has room again. */
  pump(): void {
    this.#lanes.pump();
  }

  gauges(): Readonly<Record<string, number>> {
    const { inFlight, waiting } = this.#lanes;
    return { in_flight: inFlight, waiting, uncertain_total: this.#uncertain };
  }

  /** Begins nothing more. What waits goes back to its queue. */
  stop(): void {
    this.#consumer.run(false);
    this.#lanes.close();
  }

  /** After `stop`, when every line has settled what it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    clearInterval(this.#sweeper);
    await this.#consumer.end();
  }

  #handle(message: UserMessage): Promise<void> {
    return this.results.settle(message, {
      parts: 1,
      run: (_part, marks) =>
        this.#byAddress.run(message.to_addr ?? '', 1, () => this.#attempts(message, marks)),
      ifUncertain: this.#options.sendsAgain ? null : STOPPED,
    });
  }

  async #attempts(message: UserMessage, marks: Marks): Promise<PartResult> {
    let doubtful: PartResult | null = null;
    for (let doubts = 0, again = false; ; again = true) {
      const result = await this.#attempt(message, marks, again);
      if (result.kind === 'unsent') continue;
      // The network may have it of an attempt before: then nobody can say that it was not sent.
      if (isUnsent(result)) return doubtful ?? result;
      if (result.kind !== 'uncertain') return result;
      doubtful = result;
      this.#uncertain += 1;
      doubts += 1;
      if (!this.#options.sendsAgain || doubts >= MOST_DOUBTS) return result;
    }
  }

  /** Rejects with `transport.not_connected` when the transport closes before there is a line. */
  async #attempt(message: UserMessage, marks: Marks, again: boolean): Promise<PartResult | Unsent> {
    const turn = await this.#lanes.enter(again);
    const over = this.#parts.hand(message.message_id);
    let result: PartResult | Unsent = LOST;
    try {
      result = this.#unwanted(message) ?? (await turn.session.send(message, marks));
      if (result.kind === 'unsent') marks.unsent();
      return result;
    } finally {
      over();
      turn.done(signOf(result));
    }
  }

  /** What became of a message that is not to be sent any more. */
  #unwanted(message: UserMessage): PartResult | null {
    const { refusalOf, clock } = this.#options;
    return unwantedResult(dueOf(message, refusalOf), { parts: this.#parts, clock });
  }
}

function signOf(result: PartResult | Unsent): 'passed' | 'throttled' | 'neutral' {
  if (result.kind !== 'unsent') return result.kind === 'uncertain' ? 'neutral' : 'passed';
  return result.reason === 'throttled' ? 'throttled' : 'neutral';
}
