import type { NetworkExchange, UserMessage } from '@vumi/core';
import type { HttpAnswer, HttpRequest } from '@vumi/http';
import type { ExchangeAbout } from '../sending/exchange.ts';
import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import type { TransportPorts } from '../transport-type.ts';
import { plain } from './answers.ts';
import { NOTHING_GIVEN } from './channel-offering.ts';
import type { ChannelConfig, ChannelRequest, ChannelRoute, HttpChannel, Reading } from './channel.ts';
import { createGate } from './gate.ts';
import type { Asked, HeldReplies } from './held-replies.ts';
import { receivedExchange } from './http-exchange.ts';
import type { Inbound, MessageReading } from './inbound.ts';
import type { Offering } from './offering.ts';
import type { Replies } from './replies.ts';
import { readFields } from './request-fields.ts';
import { UserNotes } from './user-notes.ts';

export interface RequestsPorts<C extends ChannelConfig> extends Pick<
  TransportPorts,
  'end' | 'state' | 'exchanges' | 'clock' | 'logger'
> {
  readonly channel: HttpChannel<C>;
  readonly config: C;
  readonly inbound: Inbound;
  readonly replies: Replies<C>;
  readonly offering: Offering<C> | null;
  /** The message that a URL of a route with one for each message is of; null when it is none. */
  readonly messageOf: (url: URL) => string | null;
  /** Resolves when the report is published; with the id of the message, or null where that is not known. */
  readonly receive: (receipt: ReceiptReading) => Promise<string | null>;
}

const UNAVAILABLE: HttpAnswer = { ...plain(503, 'Try again later'), headers: { 'retry-after': '2' } };
const SEVERAL = Buffer.from('several messages');

/** What a network asks of a channel, and what it is answered (spec channels §1.3). */
export class Requests<C extends ChannelConfig> {
  readonly #ports: RequestsPorts<C>;
  readonly #gate: ReturnType<typeof createGate>;
  readonly #notes: UserNotes<C> | null;
  readonly #counts = { requests: 0, refused: 0, ignored: 0 };

  constructor(ports: RequestsPorts<C>) {
    this.#ports = ports;
    this.#gate = createGate(ports.config);
    const { channel, config, state, end } = ports;
    this.#notes =
      channel.notes === undefined
        ? null
        : new UserNotes(channel.notes, { transport: end.name, config, state });
  }

  async answer(route: ChannelRoute<C>, request: HttpRequest): Promise<HttpAnswer> {
    this.#counts.requests += 1;
    const asked = this.#prove(route, request);
    if ('status' in asked) return this.#refuse(asked);
    const readings = route.read(asked, this.#ports.config);
    if (this.#notes === null) return this.#take(route, readings, { asked, request });
    const [noted] = await Promise.allSettled([this.#notes.apply(readings)]);
    if (noted.status === 'rejected') return this.#unavailable(noted.reason);
    return this.#take(route, noted.value, { asked, request });
  }

  async #take(
    route: ChannelRoute<C>,
    readings: readonly Reading[],
    { asked, request }: { readonly asked: ChannelRequest; readonly request: HttpRequest },
  ): Promise<HttpAnswer> {
    const { config, inbound, offering, replies } = this.#ports;
    const refused = readings.filter((reading) => reading.kind === 'refused');
    const [first] = refused;
    // One bad element of several must not lose the rest.
    if (first !== undefined) this.#refuse(first.answer);
    if (first !== undefined && refused.length === readings.length) return first.answer;
    const step = readings.find((reading) => reading.kind === 'step');
    if (step !== undefined) return this.#takeStep(step, asked, request);
    this.#noteIgnored(readings);
    const messages = readings.filter((reading) => reading.kind === 'message');
    const [message] = messages;
    const { held } = replies;
    if (held !== null && message !== undefined && message.waits !== false)
      return this.#hold(held, message, { asked, request });
    const made = messages.map((reading) => inbound.messageOf(reading));
    const publishing = made.map((one, index) => inbound.publishPart(one, messages[index]?.part));
    return this.#publishAll(Promise.allSettled(publishing), readings, {
      made,
      request,
      answer: async () =>
        offering === null
          ? route.answer(made, asked, config, NOTHING_GIVEN)
          : offering.answer(route, { asked, readings, made, gone: request.gone }),
    });
  }

  gauges(): Readonly<Record<string, number>> {
    const { requests, refused, ignored } = this.#counts;
    return { requests_total: requests, refused_requests_total: refused, ignored_requests_total: ignored };
  }

  /** The request as the dialect sees it, or the answer for a caller who may not call. */
  #prove(route: ChannelRoute<C>, request: HttpRequest): ChannelRequest | HttpAnswer {
    const { config, clock, messageOf } = this.#ports;
    const refusal = this.#gate(request);
    if (refusal !== null) return refusal;
    const messageId = route.perMessage === true ? messageOf(request.url) : undefined;
    if (messageId === null) return plain(403, 'Forbidden');
    const about = messageId === undefined ? {} : { messageId };
    const asked: ChannelRequest = { ...request, fields: readFields(request), ...about };
    return route.verify?.(asked, config, clock()) ?? asked;
  }

  async #publishAll(
    publishing: Promise<readonly PromiseSettledResult<void>[]>,
    readings: readonly Reading[],
    {
      made,
      request,
      answer: taken,
    }: { made: readonly UserMessage[]; request: HttpRequest; answer: () => Promise<HttpAnswer> },
  ): Promise<HttpAnswer> {
    const { clock, offering, receive } = this.#ports;
    const startedAt = clock();
    const receipts = readings.filter((reading) => reading.kind === 'receipt');
    const reported = await Promise.allSettled(receipts.map((receipt) => receive(receipt)));
    const failed = [...(await publishing), ...reported].find((result) => result.status === 'rejected');
    const answer = failed === undefined ? await taken() : this.#unavailable(failed.reason);
    const ids = [
      ...made.map(({ message_id }) => ({
        id: message_id,
        failed: failed !== undefined,
        typed: 'message' as const,
      })),
      ...reported.flatMap((result, index) =>
        result.status === 'fulfilled' && result.value !== null
          ? [{ id: result.value, failed: receipts[index]?.status === 'failed' }]
          : [],
      ),
    ];
    // What else a request brings, or an answer hands over, may be of other people, and of other accounts.
    const shownRequest = readings.length > 1 ? { ...request, body: SEVERAL } : request;
    const shown = offering === null ? answer : { status: answer.status };
    for (const one of ids) this.#noteExchange(shownRequest, { ...one, startedAt, answer: shown });
    return answer;
  }

  #noteExchange(
    request: HttpRequest,
    about: Pick<NetworkExchange, 'failed'> &
      Pick<ExchangeAbout, 'typed'> & {
        readonly id: string;
        readonly startedAt: number;
        readonly answer: HttpAnswer | null;
      },
  ): void {
    const { exchanges, clock, end } = this.#ports;
    if (exchanges === undefined) return;
    const { id: messageId, startedAt, typed, ...result } = about;
    const times = { messageId, transport: end.name, startedAt, endedAt: clock(), typed };
    exchanges.note(receivedExchange(times, request, result));
  }

  #hold(
    held: HeldReplies,
    reading: MessageReading,
    { asked, request }: { asked: ChannelRequest; request: HttpRequest },
  ): Promise<HttpAnswer> | HttpAnswer {
    const { channel, config, inbound } = this.#ports;
    const { reply } = channel;
    if (reply === undefined) return UNAVAILABLE;
    const waiting: Asked = {
      reply: (message) => reply.answer(message, asked, config),
      none: (why) => {
        if (reply.elsewhere !== undefined && why !== 'not published') return reply.elsewhere;
        return why === 'timeout' || why === 'unwanted' ? { status: 504 } : UNAVAILABLE;
      },
      gone: request.gone,
    };
    const message = inbound.messageOf(reading);
    const { message_id: id } = message;
    const repeated = reading.id === undefined ? null : held.repeat(id, waiting);
    if (repeated !== null) return repeated;
    if (held.isFull) return this.#refuse(UNAVAILABLE);
    this.#noteHeld(request, id, 'message');
    const answer = held.hold(id, waiting);
    inbound.publish(message).catch((error: unknown) => {
      inbound.noteFailure(error);
      held.drop(id, 'not published');
    });
    return answer;
  }

  #takeStep(
    step: Extract<Reading, { readonly kind: 'step' }>,
    asked: ChannelRequest,
    request: HttpRequest,
  ): Promise<HttpAnswer> | HttpAnswer {
    const taken = this.#ports.replies.steps?.take(step, {
      request: asked,
      gone: request.gone,
      onMessage: (id) => this.#noteHeld(request, id, step.cumulative === undefined ? 'message' : 'session'),
    });
    return taken ?? UNAVAILABLE;
  }

  #noteHeld(request: HttpRequest, id: string, typed: NetworkExchange['typed']): void {
    const startedAt = this.#ports.clock();
    this.#noteExchange(request, { id, failed: false, typed, startedAt, answer: null });
  }

  #noteIgnored(readings: readonly Reading[]): void {
    for (const reading of readings) {
      if (reading.kind !== 'ignored') continue;
      this.#counts.ignored += 1;
      this.#ports.logger.debug({ why: reading.why }, 'a request was passed over');
    }
  }

  #refuse(answer: HttpAnswer): HttpAnswer {
    this.#counts.refused += 1;
    return answer;
  }

  #unavailable(error: unknown): HttpAnswer {
    this.#ports.inbound.noteFailure(error);
    return UNAVAILABLE;
  }
}
