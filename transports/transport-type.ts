import {
  parseInput,
  type Clock,
  type FailureMessage,
  type KeyedState,
  type Ledger,
  type Logger,
  type TransportEnd,
  type TransportStatus,
} from '@vumi/core';
import type { TextOptions } from '@vumi/core/text';
import type { z } from 'zod';

/** What a transport works with. It knows neither brokers nor databases. */
export interface TransportPorts {
  /** Its end of the connector; the name is the transport's. */
  readonly end: TransportEnd;
  publishStatus(status: TransportStatus): Promise<void>;
  publishFailure(failure: FailureMessage): Promise<void>;
  /** Shared with the transport's next life, on whatever machine. Keys start with `transport/<name>/`. */
  readonly state: KeyedState;
  /** Shared with the transport's next life on this machine only (decision 0003). */
  readonly ledger: Ledger;
  readonly logger: Logger;
  readonly clock: Clock;
  /** 0 to 1, as Math.random. */
  readonly random: () => number;
}

/** How a transport is doing: the last of the statuses that it published. */
export type TransportHealth = Pick<TransportStatus, 'component' | 'status' | 'type' | 'message'>;

/** A running transport. Disposal ends its work in good order within seconds. */
export interface Transport extends AsyncDisposable {
  status(): TransportHealth;
  /**
   * What it measures of itself now, for operators: each appears as `vumi_transport_<name>` with the transport's name.
   * Names are lower case with `_` and end in their unit; a value that grows for ever ends in `_total`.
   */
  gauges(): Readonly<Record<string, number>>;
  /**
   * The message is not to be sent any more. True: it will not be, and an event with the outcome `cancelled` says so;
   * false: it was sent, or may have been. Absent where nothing can be called back.
   */
  cancel?(messageId: string): Promise<boolean>;
}

/** A kind of transport, as the registry holds it. */
export interface TransportType {
  readonly type: string;
  /** Its options, by Vumi's names where Vumi has them, each described with unit and default. */
  readonly configSchema: z.ZodType;
  /** How a transport of this type that sends SMS counts their segments. */
  readonly textOptions?: (config: unknown) => TextOptions;
  /** An address as its network has it, of what people write; null when nobody could have it. Absent: any will do. */
  readonly readReceiver?: (address: string) => string | null;
  /** Throws `config.invalid`; never for a network that does not answer, which the transport waits for. */
  start(config: unknown, ports: TransportPorts): Promise<Transport>;
}

interface TransportDefinition<S extends z.ZodType> {
  readonly type: string;
  readonly configSchema: S;
  readonly textOptions?: (config: z.infer<S>) => TextOptions;
  readonly readReceiver?: (address: string) => string | null;
  start(config: z.infer<S>, ports: TransportPorts): Promise<Transport>;
}

/** Erases the type of the configuration by parsing inside, so that one record holds all transports. */
export function defineTransport<S extends z.ZodType>(definition: TransportDefinition<S>): TransportType {
  const { type, configSchema, textOptions, readReceiver } = definition;
  const parse = (config: unknown): z.infer<S> => parseInput(configSchema, config, 'config.invalid');
  return {
    type,
    configSchema,
    ...(textOptions === undefined ? {} : { textOptions: (config: unknown) => textOptions(parse(config)) }),
    ...(readReceiver === undefined ? {} : { readReceiver }),
    start: async (config, ports) => definition.start(parse(config), ports),
  };
}
