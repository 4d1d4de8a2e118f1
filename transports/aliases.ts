import type { TransportAliases } from './transport-type.ts';

/** Class names alone, and with each of the modules by which Vumi's configurations name them. */
export function withModules(modules: readonly string[], classes: TransportAliases): TransportAliases {
  const names = Object.entries(classes);
  const full = modules.flatMap((module) =>
    names.map(([name, options]) => [`${module}.${name}`, options] as const),
  );
  return Object.fromEntries([...names, ...full]);
}
