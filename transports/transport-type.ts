import {
  parseInput,
  type Aliased,
  type Clock,
  type ExchangeBook,
  type FailureMessage,
  type KeyedState,
  type Ledger,
  type Logger,
  type RichLimits,
  type TransportEnd,
  type TransportStatus,
  type UserMessage,
} from '@vumi/core';
import { segmentText, spellText, type TextOptions } from '@vumi/core/text';
import type { HttpPort } from '@vumi/http';
import type { z } from 'zod';
import { warnOfIgnored } from './ignored-options.ts';

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
  /** HTTP in both directions; its place is `/hooks/<name>`. */
  readonly http: HttpPort;
  readonly logger: Logger;
  /** Told what the network said about each message, for whoever looks at one. Absent: nobody will. */
  readonly exchanges?: ExchangeBook;
  /**
   * Why a message that the transport has taken from its queue may not go any more, as when its account was switched off
   * meanwhile; null: it may. To be asked in the tick in which it is handed to the network; no I/O. Absent: all may.
   */
  readonly refusalOf?: (message: UserMessage) => string | null;
  /**
   * Has the listener told of each message from its queue that the platform has refused in front of the transport: its
   * sender has heard, and whoever holds a request open for it need not wait. Absent: none is refused there.
   */
  readonly onRefused?: (listener: (message: UserMessage) => void) => void;
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

type Options = Readonly<Record<string, unknown>>;
export type FillIn = (options: Options, before: Options | null) => Record<string, unknown>;

/** Where a network finds a transport, for whoever has to tell it. */
interface TransportPlace {
  /** What the network does there. */
  readonly purpose: string;
  /** Below `/hooks/<name>`, or a whole URL where the transport listens itself. */
  readonly path: string;
  /** What somebody pastes elsewhere to use it; absent: the URL itself. */
  readonly paste?: (url: string) => string;
}

/** Vumi's class names, alone and with their modules before them, by which its configurations call a type. */
export type TransportAliases = Aliased['aliases'];

/** A kind of transport, as the registry holds it. */
export interface TransportType extends Aliased {
  readonly type: string;
  /** One line for whoever looks for a type. */
  readonly summary: string;
  /** Its options, by Vumi's names where Vumi has them, each described with unit and default. */
  readonly configSchema: z.ZodType;
  /** How a transport of this type that sends SMS counts their segments. */
  readonly textOptions?: (config: unknown) => TextOptions;
  /** How many segments it sends a message in, for whoever charges for them; 0 for one that it cannot send. */
  readonly countSegments?: (config: unknown) => SegmentCounter;
  /** An address as its network has it, of what people write; null when nobody could have it. Absent: any will do. */
  readonly readReceiver?: (address: string) => string | null;
  /** What its network can show beside text; absent: nothing, and all of it is text. */
  readonly limits?: (config: unknown) => RichLimits;
  /**
   * The options that a transport is created with where nobody gave them, such as a secret that is made up. `before`: what
   * it had until now, null when it is new.
   */
  readonly fillIn?: FillIn;
  /** Where its network finds it; absent: it calls the network. */
  readonly places?: (config: unknown) => readonly TransportPlace[];
  /** Throws `config.invalid`; never for a network that does not answer, which the transport waits for. */
  start(config: unknown, ports: TransportPorts): Promise<Transport>;
}

interface TransportDefinition<S extends z.ZodType> extends Omit<
  TransportType,
  'aliases' | 'configSchema' | 'textOptions' | 'countSegments' | 'limits' | 'places' | 'start'
> {
  readonly aliases?: TransportAliases;
  readonly configSchema: S;
  readonly textOptions?: (config: z.infer<S>) => TextOptions;
  /** Absent: by its text options. */
  readonly countSegments?: (config: z.infer<S>) => SegmentCounter;
  /** The same for every configuration, or what each has. */
  readonly limits?: RichLimits | ((config: z.infer<S>) => RichLimits);
  readonly places?: (config: z.infer<S>) => readonly TransportPlace[];
  start(config: z.infer<S>, ports: TransportPorts): Promise<Transport>;
}

/** Counts the segments of messages, as the transport sends them. */
type SegmentCounter = (message: UserMessage) => number;

/** Erases the type of the configuration by parsing inside, so that one record holds all transports. */
export function defineTransport<S extends z.ZodType>(definition: TransportDefinition<S>): TransportType {
  const { textOptions, countSegments = countTexts(textOptions), limits, places, ...rest } = definition;
  const parse = (config: unknown): z.infer<S> =>
    parseInput(definition.configSchema, config, 'config.invalid');
  return {
    aliases: {},
    ...rest,
    ...(textOptions === undefined ? {} : { textOptions: (config: unknown) => textOptions(parse(config)) }),
    ...(countSegments === undefined
      ? {}
      : { countSegments: (config: unknown) => countSegments(parse(config)) }),
    ...(limits === undefined
      ? {}
      : { limits: (config: unknown) => (typeof limits === 'function' ? limits(parse(config)) : limits) }),
    ...(places === undefined ? {} : { places: (config: unknown) => places(parse(config)) }),
    start: async (config, ports) => {
      const parsed = parse(config);
      warnOfIgnored(definition.configSchema, parsed as object, ports.logger);
      return definition.start(parsed, ports);
    },
  };
}

function countTexts<C>(
  textOptions: ((config: C) => TextOptions) | undefined,
): ((config: C) => SegmentCounter) | undefined {
  if (textOptions === undefined) return undefined;
  return (config) => {
    const options = textOptions(config);
    return ({ content }) =>
      spellText(content ?? '', options.characters) === null
        ? 0
        : segmentText(content ?? '', options).segments.length;
  };
}
