import { ADDRESS_FORMATS, isCallingCode, type AddressFormat } from '@vumi/core/numbers';
import { z } from 'zod';

type OperatorPrefixes = { [prefix: string]: string | OperatorPrefixes };
/** Operators by prefixes of numbers, which may be nested. */
export const operatorPrefixes: z.ZodType<OperatorPrefixes> = z.lazy(() =>
  z.record(z.string(), z.union([z.string(), operatorPrefixes])),
);

/** Whose number is whose: for every transport whose users have telephone numbers (spec channels §1.7). */
export const numberOptions = {
  country_code: z
    .string()
    .refine(isCallingCode, 'the calling code of a country, such as "27"')
    .optional()
    .describe(
      'Calling code of the country of numbers that do not tell theirs, such as "27". Then a person is known by one number, with its plus, however the network writes him: 076…, 76…, 27…, 0027…. Default: none, numbers stay as the network writes them. Choose it before there are users: what is stored of a person stands under his number',
    ),
  OPERATOR_NUMBER: z
    .record(z.string(), z.string())
    .default({})
    .describe('from_addr by operator, such as `{"VODACOM": "27820001001"}`. Default: none'),
  OPERATOR_PREFIX: operatorPrefixes
    .default({})
    .describe(
      'Operator by prefix of a number, which is put on its messages as `provider`; may be nested, such as `{"2782": "VODACOM"}`. Default: none',
    ),
} as const;

/** For networks that want receivers written in one way. */
export function addressFormatOption(usual: AddressFormat) {
  return {
    address_format: z
      .enum(ADDRESS_FORMATS)
      .default(usual)
      .describe(
        `How the network wants numbers of receivers written: plus (+27…), plain (27…), zero_zero (0027…), or as_is, as the message has them; names and short codes stay as they are. Default: ${usual}`,
      ),
  };
}
