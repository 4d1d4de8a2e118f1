import { suggestion, VumiError, type End } from '@vumi/core';
import { z } from 'zod';

/** A keyword or a number: YAML reads `8080` as a number. */
export const textSchema = z.union([z.string(), z.number()]).transform(String);

/** One name or several: where Vumi's documentation shows a text its code wanted a list (spec appendix D); both are taken. */
export const namesSchema = z
  .union([textSchema, z.array(textSchema)])
  .transform((names) => (typeof names === 'string' ? [names] : [...new Set(names)]));

/** Of a mapping in the configuration: a name such as `constructor` finds nothing that is not in it. */
export function mapOf<V>(record: Readonly<Record<string, V>>): ReadonlyMap<string, V> {
  return new Map(Object.entries(record));
}

/** Where an option may lead to. */
export interface KnownNames {
  readonly option: string;
  readonly names: readonly string[];
  /** The option that lists them. */
  readonly list: string;
}

/**
 * A router that led to a connector which the dispatcher does not hold would lose messages, Vumi's at the first of them
 * with an exception: such a configuration does not start. Throws `config.invalid`.
 */
export function checkTargets(targets: Iterable<string>, { option, names, list }: KnownNames): void {
  for (const target of targets) {
    if (names.includes(target)) continue;
    const text = `"${option}" leads to "${target}", which is not in ${list}${suggestion(target, names)}`;
    throw new VumiError('config.invalid', text, { field: option });
  }
}

/**
 * What a mapping by transport says. Vumi asks by the field `transport_name`, not by the queue; a message that names no
 * transport of the mapping, as when another dispatcher had it before, counts as of the connector that it came from.
 */
export function byTransport<V>(
  mapping: ReadonlyMap<string, V>,
  { transport_name }: { readonly transport_name: string | null },
  from: End,
): V | undefined {
  return (transport_name === null ? undefined : mapping.get(transport_name)) ?? mapping.get(from.connector);
}
