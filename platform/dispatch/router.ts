import {
  parseInput,
  type Clock,
  type End,
  type KeyedState,
  type Logger,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { z } from 'zod';

/** One copy of a message, and the end that it goes to. */
export type Routed =
  | (End & { readonly flow: 'inbound' | 'outbound'; readonly message: UserMessage })
  | (End & { readonly flow: 'event'; readonly message: TransportEvent });

/**
 * Where a message belongs. Nothing is published here: a router only decides. An empty answer drops the message, with a
 * line in the log by the router; a VumiError on the way out becomes a nack with its text.
 */
export interface Router {
  inbound(message: UserMessage, from: End): Promise<readonly Routed[]>;
  event(event: TransportEvent, from: End): Promise<readonly Routed[]>;
  outbound(message: UserMessage, from: End): Promise<readonly Routed[]>;
  /** Where the nack of a message goes that could not be sent. Absent: to the end that the message came from. */
  refused?(nack: TransportEvent, message: UserMessage, from: End): Promise<readonly Routed[]>;
}

/** What a router works with. */
export interface RouterPorts {
  /** The dispatcher's name: the start of what the router keeps in the state. */
  readonly dispatcher: string;
  /** Vumi's `transport_names`. */
  readonly transports: readonly string[];
  /** Vumi's `exposed_names`. */
  readonly applications: readonly string[];
  readonly state: KeyedState;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Whether the connector takes messages now, as far as the dispatcher knows. Absent: all count as up. */
  readonly isUp?: (this: void, connector: string) => boolean;
}

/** A kind of router, as the registry holds it. */
export interface RouterType {
  readonly type: string;
  /** Vumi's class names: with the module's path before it, and alone. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly configSchema: z.ZodType;
  /** Throws `config.invalid`. */
  create(config: unknown, ports: RouterPorts): Promise<Router>;
}

interface RouterDefinition<S extends z.ZodType> extends Omit<
  RouterType,
  'aliases' | 'configSchema' | 'create'
> {
  readonly aliases?: readonly string[];
  readonly configSchema: S;
  create(config: z.infer<S>, ports: RouterPorts): Promise<Router>;
}

/** Erases the type of the configuration by parsing inside, so that one record holds all routers. */
export function defineRouter<S extends z.ZodType>(definition: RouterDefinition<S>): RouterType {
  return {
    aliases: [],
    ...definition,
    create: async (config, ports) =>
      definition.create(parseInput(definition.configSchema, config, 'config.invalid'), ports),
  };
}
