import { VumiError, type ErrorCode } from './errors.ts';
import { suggestion } from './input.ts';

/** What a registry's entries are found by. */
export interface NamedType {
  readonly type: string;
  /** Vumi's class names, such as `vumi.transports.smpp.SmppTransport`. */
  readonly aliases: readonly string[];
}

export interface TypeSearch {
  /** What is looked for, such as `worker`: for the error. */
  readonly kind: string;
  /** Default `config.invalid`. */
  readonly code?: ErrorCode;
}

/**
 * The entry that a word names: its type, or one of Vumi's class names. Vumi moved its modules about, so the class alone
 * counts when the path before it is not known. Throws an error that names the nearest.
 */
export function findType<T extends NamedType>(types: readonly T[], word: string, search: TypeSearch): T {
  const found = types.find(({ type, aliases }) => type === word || aliases.includes(word));
  const byClass =
    found ?? types.find(({ aliases }) => aliases.some((alias) => classOf(alias) === classOf(word)));
  if (byClass !== undefined) return byClass;
  const { kind, code = 'config.invalid' } = search;
  throw new VumiError(code, `unknown ${kind} "${word}"${suggestion(classOf(word), namesOf(types, word))}`);
}

/** Classes are only suggested to who wrote something like one; types are told to all. */
function namesOf(types: readonly NamedType[], word: string): string[] {
  const isClass = /[A-Z]/.test(word);
  return types.flatMap(({ type, aliases }) => (isClass ? [type, ...new Set(aliases.map(classOf))] : [type]));
}

/** `SmppTransport` of `vumi.transports.smpp.SmppTransport`. */
function classOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
