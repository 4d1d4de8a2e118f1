import type { UserMessage } from '@vumi/core';
import { formatNumber, type AddressFormat } from '@vumi/core/numbers';
import { Operators, type OperatorOptions } from './operators.ts';

/** What a channel may say of numbers; one whose users have none says nothing. */
export type ChannelNumberOptions = Partial<OperatorOptions> & {
  readonly address_format?: AddressFormat | undefined;
};

type Sender = Pick<UserMessage, 'from_addr'> & Partial<Pick<UserMessage, 'provider'>>;

/** Numbers between a network and the platform, which knows a person by one (spec channels §1.7). */
export class ChannelNumbers {
  readonly #operators: Operators;
  readonly #format: AddressFormat;
  readonly #countryCode: string | undefined;

  constructor(options: ChannelNumberOptions) {
    this.#operators = new Operators({ OPERATOR_NUMBER: {}, OPERATOR_PREFIX: {}, ...options });
    this.#format = options.address_format ?? 'as_is';
    this.#countryCode = options.country_code;
  }

  /** What is to be changed of an inbound message: its sender as the platform knows him, and his operator. */
  known({ from_addr, provider }: Sender): Partial<Sender> {
    if (from_addr === null) return {};
    const operator = provider ?? this.#operators.operatorOf(from_addr);
    return {
      from_addr: this.#operators.normalise(from_addr),
      ...(operator === null ? {} : { provider: operator }),
    };
  }

  /** An outbound message with its addresses as the network wants them. */
  written(message: UserMessage): UserMessage {
    const { to_addr } = message;
    if (to_addr === null) return message;
    const to = formatNumber(to_addr, { format: this.#format, countryCode: this.#countryCode });
    return { ...message, to_addr: to, from_addr: this.#operators.senderTo(to_addr) ?? message.from_addr };
  }
}
