import type { IncomingHttpHeaders } from 'node:http';
import type { RichLimits, UserMessage } from '@vumi/core';
import type { NetworkCharacters, TextOptions } from '@vumi/core/text';
import type { HttpAnswer } from '@vumi/http';
import type { z } from 'zod';
import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import { defineTransport, type TransportAliases, type TransportType } from '../transport-type.ts';
import type { ChannelNumberOptions } from '../numbers/channel-numbers.ts';
import { networkCharacters, type CharacterConfig } from './character-options.ts';
import type { Asking, ChannelOffering, Given } from './channel-offering.ts';
import type { ChannelRequestOut, ChannelSending } from './channel-sending.ts';
import type { CallerConfig, HeldConfig, MessageConfig } from './options.ts';
import type { ChannelFurnishing } from './furnishing.ts';
import { shownPath } from './place.ts';
import type { ChannelPolling } from './polling.ts';
import type { RequestFields } from './request-fields.ts';
import type { TextPart } from './part-join.ts';
import { startChannel } from './start-channel.ts';
import type { ChannelStreaming } from './streaming.ts';
import type { ChannelSubscription } from './subscription.ts';
import type { ChannelNotes, UserNote } from './user-notes.ts';
import type { UssdDialect, UssdStep } from './ussd/dialect.ts';

/** A request as a dialect sees it. */
export interface ChannelRequest {
  readonly method: string;
  /** Below the place of the route; begins with "/". */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  readonly url: URL;
  readonly body: Buffer;
  /** Null when it has none that can be read: it is no UTF-8, or no JSON object. */
  readonly fields: RequestFields | null;
  /** Of a route with a URL for each message: the message. */
  readonly messageId?: string;
}

/** What a message that comes in is made of. */
export type MessageFields = Partial<UserMessage> & Pick<UserMessage, 'to_addr' | 'from_addr'>;

/** What a request says, in Vumi's words. */
export type Reading =
  | {
      readonly kind: 'message';
      /** The caller's own id for it: the same one again is the same message. Absent: each request is a new one. */
      readonly id?: string;
      readonly fields: MessageFields;
      /** Of a long text that comes in several: it is published as one. */
      readonly part?: TextPart;
      /** On a channel whose requests wait for replies, that the one with this does not. */
      readonly waits?: false;
      /** Of a channel that keeps notes of its users. */
      readonly note?: UserNote;
    }
  | ReceiptReading
  /** The network has this message, which it was handed when it asked; by the id that it was handed under. */
  | { readonly kind: 'confirmed'; readonly id: string }
  /** A step of a session of USSD, whose response is the next screen. The only reading of its request. */
  | UssdStep
  /** Of no interest, for people who look why: answered as if it had been published. */
  | { readonly kind: 'ignored'; readonly why: string; readonly note?: UserNote }
  /** Nothing is published. */
  | { readonly kind: 'refused'; readonly answer: HttpAnswer };

export interface ChannelRoute<C> {
  /** Below the place of the channel; "" is the place itself. */
  readonly path: string;
  /** What callers do there, for people. */
  readonly purpose: string;
  readonly methods: readonly string[];
  /** Requests below the path are its own too. */
  readonly below?: boolean;
  /** Whether there is such a place in this configuration. Absent: in each. */
  isOpen?(config: C): boolean;
  /** Each message has a URL of its own below this one, which proves which message is meant. */
  readonly perMessage?: boolean;
  /** The answer for a caller who does not prove that he is the network, or null. `now`: milliseconds since the epoch. */
  verify?(request: ChannelRequest, config: C, now: number): HttpAnswer | null;
  read(request: ChannelRequest, config: C): readonly Reading[];
  /** Of a channel that offers: what a request is to be given; null, or absent: nothing. */
  asks?(request: ChannelRequest, config: C): Asking | null;
  /** What a request is answered that waits for no reply, when all that it says is published. `given`: what it asks for. */
  answer(published: readonly UserMessage[], request: ChannelRequest, config: C, given: Given): HttpAnswer;
}

/** A dialect of HTTP: pure functions and data. All else is the base's (spec channels §F.1). */
export interface HttpChannel<C> {
  readonly transportType: string;
  readonly routes: readonly ChannelRoute<C>[];
  /** How a reply becomes the response to its request; absent: no request waits. */
  readonly reply?: {
    waits(config: C): boolean;
    answer(reply: UserMessage, request: ChannelRequest, config: C): HttpAnswer;
    /**
     * What a request is answered whose reply comes by a request of its own: because it is late, or fits into no answer.
     * Absent: there is no other way for it.
     */
    readonly elsewhere?: HttpAnswer;
    /** Whether an answer holds the reply. Absent: any. */
    fits?(reply: UserMessage): boolean;
  };
  /** What is kept of each user between his messages. */
  readonly notes?: ChannelNotes<C>;
  /** How the steps of sessions are answered; absent: the channel has none. */
  readonly ussd?: UssdDialect<C>;
  readonly sending?: ChannelSending<C>;
  /** How messages leave where the network asks for them, in place of `sending`. */
  readonly offering?: ChannelOffering<C>;
  /** The network brings messages to a URL that it is told by hand: without a public one nothing comes. */
  readonly isFoundByUrl?: boolean;
  /**
   * The requests that tell the network where it finds the route "", which are made at each start. `url` is null without a
   * public URL. Null: it cannot be found so.
   */
  announce?(config: C, url: string | null): ChannelRequestOut | readonly ChannelRequestOut[] | null;
  /** What the network is told of the channel at each start, with a token. */
  readonly furnishing?: ChannelFurnishing<C>;
  /** How the network is asked to bring messages to the route "" as long as the transport runs. */
  readonly subscription?: ChannelSubscription<C>;
  /** What the network does not bring is fetched, where this configuration says so. */
  readonly polling?: ChannelPolling<C>;
  /** What the network says over connections that we open is heard. */
  readonly streaming?: ChannelStreaming<C>;
  /** Whether the network has a character; absent: all that the options leave. */
  readonly has?: NetworkCharacters['has'];
  /** Readings may be parts of long texts. */
  readonly joinsParts?: boolean;
  /** Whatever is sent is acknowledged and goes nowhere. */
  readonly discardsReplies?: boolean;
}

export type ChannelConfig = CallerConfig &
  HeldConfig &
  MessageConfig &
  ChannelNumberOptions &
  Partial<CharacterConfig>;

export interface HttpChannelDefinition<S extends z.ZodType<ChannelConfig>> extends HttpChannel<z.infer<S>> {
  readonly type: string;
  readonly aliases: TransportAliases;
  readonly summary: string;
  readonly configSchema: S;
  readonly fillIn?: TransportType['fillIn'];
  /** What the network can show beside text: the same for every configuration, or what each has. */
  readonly limits?: RichLimits | ((config: z.infer<S>) => RichLimits);
  /** Of networks of SMS: how many segments they make of a text. */
  readonly textOptions?: (config: z.infer<S>) => TextOptions;
}

/** A transport of a dialect. */
export function defineHttpChannel<S extends z.ZodType<ChannelConfig>>(
  definition: HttpChannelDefinition<S>,
): TransportType {
  const { type, aliases, summary, configSchema, fillIn, limits, textOptions } = definition;
  return defineTransport({
    type,
    aliases,
    summary,
    configSchema,
    ...(fillIn === undefined ? {} : { fillIn }),
    ...(limits === undefined ? {} : { limits }),
    ...(textOptions === undefined ? {} : { textOptions: countedAs(textOptions, definition.has) }),
    places: (config) =>
      definition.routes
        .filter((route) => route.isOpen?.(config) !== false)
        .map(({ path, purpose }) => ({ purpose, path: shownPath(config, path) })),
    start: (config, ports) => startChannel(definition, config, ports),
  });
}

/** How the texts count that a network gets: in its characters. */
function countedAs<C extends ChannelConfig>(
  textOptions: (config: C) => TextOptions,
  has: NetworkCharacters['has'] | undefined,
): (config: C) => TextOptions {
  return (config) => ({ ...textOptions(config), characters: networkCharacters(config, has) });
}
