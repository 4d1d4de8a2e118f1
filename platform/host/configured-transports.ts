import { findKind, parseInput, suggestion, VumiError } from '@vumi/core';
import { takeMiddleware } from '@vumi/middleware';
import type { TransportRow } from '@vumi/store';
import { transportTypes, type TransportType } from '@vumi/transports';
import { z } from 'zod';
import type { Config } from './config-schema.ts';

/**
 * The transports of the configuration file as the store has them: class names of Vumi become types of ours. Throws
 * `config.invalid` with the option that is wrong, so that a bad one is told at the start and not by a transport that
 * never comes up.
 */
export function readTransports(transports: Config['transports']): TransportRow[] {
  const types: Readonly<Record<string, TransportType>> = transportTypes;
  return Object.entries(transports).map(([name, { type, ...given }]) => {
    const found = findKind(types, type);
    if (found === null) {
      const field = `transports.${name}.type`;
      const text = `"${field}": there is no transport type "${type}"${suggestion(type, Object.keys(types))}`;
      throw new VumiError('config.invalid', text, { field });
    }
    const config = { ...found.options, ...given };
    const schema = z.strictObject({ transports: z.strictObject({ [name]: found.kind.configSchema }) });
    const own = takeMiddleware(config).config;
    parseInput(schema, { transports: { [name]: own } }, 'config.invalid');
    return { name, type: found.name, config };
  });
}
