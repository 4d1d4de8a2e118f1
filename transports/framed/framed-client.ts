import type { UserMessage } from '@vumi/core';
import type { z } from 'zod';
import type { PartResult } from '../sending/part-result.ts';
import type { InboundFields } from '../socket/inbound-queue.ts';
import { defineTransport, type TransportAliases, type TransportType } from '../transport-type.ts';
import { startFramedClient } from './start-framed-client.ts';
import type { FramedConfig } from './options.ts';

/** What a frame of the network says, in Vumi's words. */
export type FramedReading<F> =
  /** Of a session whose step does not say what was dialled `to_addr` is null: the base remembers it. */
  | { readonly kind: 'message'; readonly fields: InboundFields }
  | { readonly kind: 'logged_in' }
  | { readonly kind: 'login_refused'; readonly reason: string }
  /** The sign of life that `keepAlive` asks for. */
  | { readonly kind: 'alive' }
  /** About the oldest of our frames that waits for such an answer. */
  | { readonly kind: 'answer'; readonly to: string; readonly result: PartResult }
  /** What became of a message that the network calls by this id. */
  | {
      readonly kind: 'receipt';
      readonly remoteId: string;
      readonly status: 'delivered' | 'failed';
      readonly metadata: Readonly<Record<string, unknown>>;
    }
  /** What the protocol wants answered at once. */
  | { readonly kind: 'say'; readonly frame: F }
  /** Nothing is to be expected of this connection any more. */
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'ignored'; readonly why: string };

/** How a message leaves. */
export type Written<F> =
  | { readonly kind: 'frame'; readonly frame: F }
  /** The network answers it, which it calls so; it says of no answer what it is about, so that one waits at a time. */
  | { readonly kind: 'asking'; readonly frame: F; readonly answer: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** What a dialect may not make up itself: so many decimal digits, by chance. */
export type Digits = (count: number) => string;

/** Sessions of USSD of a dialect (spec channels §1.5). Inbound messages of one have a `session_event`. */
interface FramedSessions<C, F> {
  /** Milliseconds without a message after which a session is forgotten. */
  lifetimeMs(config: C): number;
  /** What the network calls the session that a message from or to this user belongs to; null: there is none. */
  key(user: string, message: UserMessage): string | null;
  /** Ends the session of an inbound message that nobody can answer, with words for its user. */
  end(message: UserMessage, text: string, config: C): F;
  /** What the network waits for when an inbound message is published; null: nothing. */
  afterwards?(message: UserMessage, config: C): F | null;
}

/** A protocol of frames over TCP: pure functions and data. All else is the base's (spec channels §F.1). */
export interface FramedDialect<C, F> {
  connect(config: C): { readonly host: string; readonly port: number };
  /** What a new connection is read by: octets as they come to whole frames. Throws when nothing can follow any more. */
  decoder(config: C): (octets: Buffer) => readonly F[];
  encode(frame: F, config: C): Buffer;
  login(config: C, digits: Digits): F;
  readonly keepAlive: {
    /** Milliseconds between two questions, and those without an answer after which the connection is dead. */
    times(config: C): { readonly everyMs: number; readonly deadMs: number };
    frame(digits: Digits): F;
  };
  /** Said before we go. */
  readonly logout?: F;
  read(frame: F, config: C, isLoggedIn: boolean): readonly FramedReading<F>[];
  write(message: UserMessage, config: C): Written<F>;
  readonly sessions?: FramedSessions<C, F>;
  /** Seconds for which receipts may come. Absent: the network sends none. */
  receiptLifetime?(config: C): number;
}

export interface FramedClientDefinition<S extends z.ZodType<FramedConfig>, F> extends FramedDialect<
  z.infer<S>,
  F
> {
  readonly type: string;
  readonly aliases: TransportAliases;
  readonly summary: string;
  readonly configSchema: S;
}

/** A transport that keeps a connection to its network and speaks a dialect of frames on it. */
export function defineFramedClient<S extends z.ZodType<FramedConfig>, F>(
  definition: FramedClientDefinition<S, F>,
): TransportType {
  const { type, aliases, summary, configSchema } = definition;
  return defineTransport({
    type,
    aliases,
    summary,
    configSchema,
    start: (config, ports) => startFramedClient(definition, config, ports),
  });
}
