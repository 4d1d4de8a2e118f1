import type { RichLimits } from '@vumi/core';
import { z } from 'zod';
import type { ChannelRequestOut, ChannelSending } from '../http/channel-sending.ts';
import { defineHttpChannel, type ChannelRoute } from '../http/channel.ts';
import { characterOptions } from '../http/character-options.ts';
import {
  callerOptions,
  checkCallers,
  fillInSecretPath,
  heldOptions,
  ignoredHttpOptions,
  messageOptions,
} from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';
import type { ChannelSubscription } from '../http/subscription.ts';
import { addressFormatOption, numberOptions } from '../numbers/number-options.ts';
import { lifting, type Lift } from '../lifted-options.ts';
import type { TransportAliases, TransportType } from '../transport-type.ts';

type AddressFormat = z.infer<ReturnType<typeof addressFormatOption>['address_format']>;

/** Where a provider's API is. */
export function baseUrlOption(usual: string) {
  return z
    .url({ protocol: /^https?$/ })
    .default(usual)
    .transform((url) => url.replace(/\/+$/, ''))
    .describe(`Where the provider's API is. Default: ${usual}`);
}

/** Options that every provider of SMS by HTTP has. */
function commonOptions({ addressFormat, transportType }: Usual) {
  return {
    ...callerOptions,
    ...messageOptions(transportType),
    ...characterOptions,
    ...numberOptions,
    ...addressFormatOption(addressFormat),
    ...sendOptions,
    // Nothing waits for a reply.
    ...heldOptions(1),
    ...ignoredHttpOptions,
  };
}

interface Usual {
  readonly addressFormat: AddressFormat;
  readonly transportType: string;
}

type Common = z.infer<z.ZodObject<ReturnType<typeof commonOptions>>>;
export type ProviderConfig<O extends z.core.$ZodLooseShape> = z.infer<z.ZodObject<O>> & Common;

export interface Provider<O extends z.core.$ZodLooseShape> extends Omit<Usual, 'transportType'> {
  readonly type: string;
  readonly aliases?: TransportAliases;
  readonly summary: string;
  /** The provider's own; one that all have stands in place of theirs. */
  readonly options: O;
  /** What Vumi's configurations say by other names. */
  readonly lift?: Lift;
  /** Whether the provider has a character. Absent: all that the options leave. */
  readonly has?: (character: string) => boolean;
  /** Default: sms. */
  readonly transportType?: string;
  /** What the provider can show beside text. Absent: nothing. */
  readonly limits?: (config: ProviderConfig<O>) => RichLimits;
  /** The provider signs what it sends in every configuration, so that no path needs to be secret. */
  readonly signs?: boolean;
  readonly routes: readonly ChannelRoute<ProviderConfig<O>>[];
  /** The requests that tell the provider where it finds the route ""; null without a public URL. */
  readonly announce?: (config: ProviderConfig<O>, url: string | null) => readonly ChannelRequestOut[] | null;
  readonly subscription?: ChannelSubscription<ProviderConfig<O>>;
  /** Readings may be parts of long texts. */
  readonly joinsParts?: boolean;
  /** `options`: where one of the provider's own stands for one that all have. */
  readonly sending: Omit<ChannelSending<ProviderConfig<O>>, 'options'> &
    Partial<Pick<ChannelSending<ProviderConfig<O>>, 'options'>>;
}

/** A provider that takes messages for telephone numbers by requests, and tells of others and of receipts by requests. */
export function defineProvider<O extends z.core.$ZodLooseShape>(provider: Provider<O>): TransportType {
  const {
    type,
    aliases = {},
    summary,
    options,
    transportType = 'sms',
    routes,
    sending,
    signs = false,
    joinsParts = false,
    lift,
  } = provider;
  const given = z
    .strictObject({ ...commonOptions({ ...provider, transportType }), ...options })
    .superRefine((config, context) => checkCallers(config as unknown as Common, context));
  const lifted = lift === undefined ? given : z.preprocess(lifting(lift), given);
  // TypeScript does not see through the spread of an unknown shape.
  const schema = lifted as unknown as z.ZodType<ProviderConfig<O>>;
  return defineHttpChannel({
    type,
    aliases,
    summary,
    configSchema: schema,
    transportType,
    ...(signs ? {} : { fillIn: fillInSecretPath }),
    routes,
    joinsParts,
    ...(provider.has === undefined ? {} : { has: provider.has }),
    ...(provider.announce === undefined ? {} : { announce: provider.announce }),
    ...(provider.subscription === undefined ? {} : { subscription: provider.subscription }),
    ...(provider.limits === undefined ? {} : { limits: provider.limits }),
    sending: { options: (config) => config, ...sending },
    // Phones get SMS, whose segments are counted.
    ...(transportType === 'sms' ? { textOptions: () => ({}) } : {}),
  });
}

/** The groups of options that the reference lists for all providers. */
export const COMMON_GROUPS = {
  Callers: callerOptions,
  Messages: { ...messageOptions('sms'), ...characterOptions },
  Numbers: { ...numberOptions, ...addressFormatOption('as_is') },
  Sending: sendOptions,
} as const;
