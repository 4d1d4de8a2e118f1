/** What may stand in the place of a placeholder. */
type Value = string | number | LazyText;
export type Values = Readonly<Record<string, Value>>;

/** Names of the placeholders of a text: `'Hello {name}'` has `name`. */
type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
/** What a text needs beside itself: nothing, where it has no placeholders. */
type Given<S extends string, Known extends string = never> =
  // A text that is not known when the code is written may need anything.
  string extends S
    ? [values?: Values]
    : [Exclude<Names<S>, Known>] extends [never]
      ? []
      : [values: Readonly<Record<Exclude<Names<S>, Known>, Value>>];

/** A text in the language of the code, which is translated when it is known who reads it. */
export class LazyText {
  readonly id: string;
  readonly values: Values;
  readonly context: string | null;
  /** Of one that depends on a number: the text for all but one. */
  readonly plural: { readonly id: string; readonly count: number } | null;

  constructor(
    id: string,
    values: Values,
    { context = null, plural = null }: Partial<Pick<LazyText, 'context' | 'plural'>> = {},
  ) {
    this.id = id;
    this.values = values;
    this.context = context;
    this.plural = plural;
  }

  toString(): never {
    throw new TypeError(
      `t(${JSON.stringify(this.id)}) was made part of another text before it is known who reads it: ` +
        'use app.t there, or give it as a value, t("{greeting} and welcome", { greeting })',
    );
  }
}

/** Makes texts: `R` is a lazy one for `t`, and a string for `app.t`. */
export interface Translate<R> {
  /**
   * A text with placeholders.
   *
   * @example
   * await message.reply(t('Hello {name}', { name: 'Thandi' }));
   * // < Hello Thandi
   */
  <const S extends string>(text: S, ...given: Given<S>): R;
  /**
   * A text that depends on a number, which `{n}` stands for.
   *
   * @example
   * await message.reply(t.plural('{n} clinic', '{n} clinics', 2));
   * // < 2 clinics
   */
  plural<const One extends string, const Many extends string>(
    one: One,
    many: Many,
    n: number,
    ...given: Given<`${One}${Many}`, 'n'>
  ): R;
  /**
   * A text that means two things in another language, and which of them.
   *
   * @example
   * await message.reply(t.context('month', 'May'));
   * // < May
   */
  context<const S extends string>(context: string, text: S, ...given: Given<S>): R;
}

/** The same three verbs for whatever becomes of a text. */
export function translateWith<R>(make: (text: LazyText) => R): Translate<R> {
  const t = (id: string, values: Values = {}): R => make(new LazyText(id, values));
  return Object.assign(t, {
    plural: (one: string, many: string, n: number, values: Values = {}): R =>
      make(new LazyText(one, { ...values, n }, { plural: { id: many, count: n } })),
    context: (context: string, id: string, values: Values = {}): R =>
      make(new LazyText(id, values, { context })),
  });
}

/**
 * A text that is said in the language of its reader (spec authoring §5). It may be made anywhere, also outside of handlers;
 * everything that takes a text takes it.
 *
 * @example
 * await message.reply(t('Hello!'));
 * // < Hello!
 */
export const t: Translate<LazyText> = /* @__PURE__ */ translateWith((text) => text);
