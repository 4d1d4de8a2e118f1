/** A kind of something, as a registry holds it, and what Vumi called it. */
export interface Aliased {
  /** Vumi's class names, each with the options that it stands for. */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface FoundKind<T> {
  /** Its name in the registry. */
  readonly name: string;
  readonly kind: T;
  /** What the name that it was called by stands for: options that may be given otherwise. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Finds a kind by its name in the registry or by a class name of Vumi. A class of Vumi is known by its last part in
 * whatever module it was: its modules moved from release to release.
 */
export function findKind<T extends Aliased>(
  kinds: Readonly<Record<string, T>>,
  name: string,
): FoundKind<T> | null {
  const own = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (own !== undefined) return { name, kind: own, options: {} };
  const last = name.startsWith('vumi.') ? (name.split('.').at(-1) ?? name) : name;
  for (const [key, kind] of Object.entries(kinds)) {
    const alias = [name, last].find((one) => Object.hasOwn(kind.aliases, one));
    if (alias !== undefined) return { name: key, kind, options: kind.aliases[alias] ?? {} };
  }
  return null;
}
