import { z } from 'zod';

const SECRET_OPTION = /password|passphrase|secret|token|_key$/i;
const MASK = '***';

interface OptionSchema {
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly additionalProperties?: OptionSchema | boolean;
  readonly anyOf?: readonly OptionSchema[];
}

type Options = Readonly<Record<string, unknown>>;

/** Options as they may be shown: what the schema says is only written, and what by its name is a secret, reads `***`. */
export function maskSecrets(options: Options, schema: z.ZodType | null): Record<string, unknown> {
  const root = schema === null ? {} : z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return mask(options, root);
}

function mask(options: Options, schema: OptionSchema): Record<string, unknown> {
  const shown = Object.entries(options).map(([option, value]) => {
    const inner = schemaOf(schema, option);
    const isSecret = SECRET_OPTION.test(option) || isWriteOnly(inner);
    if (isSecret && value !== null && value !== '') return [option, MASK];
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [option, isSection ? mask(value as Options, inner) : value];
  });
  return Object.fromEntries(shown) as Record<string, unknown>;
}

function schemaOf({ properties, additionalProperties }: OptionSchema, option: string): OptionSchema {
  if (properties !== undefined && Object.hasOwn(properties, option)) return properties[option] ?? {};
  return typeof additionalProperties === 'object' ? additionalProperties : {};
}

function isWriteOnly({ writeOnly, anyOf = [] }: OptionSchema): boolean {
  return writeOnly === true || anyOf.some(isWriteOnly);
}
