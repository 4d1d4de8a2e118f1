import { createContext, Script, type Context } from 'node:vm';
import { VumiError } from '@vumi/core';

/** Expressions are an account's, and some take years for a few characters. */
const LONGEST_MS = 100;

const place: Context & { expressions?: readonly RegExp[]; text?: string } = createContext({});
const search = new Script('expressions.map((expression) => text.search(expression) >= 0)');

/** Which of the expressions are found in a text. Throws `receiver.refused` when they take too long. */
export function searchAll(expressions: readonly string[], text: string): readonly boolean[] {
  place.expressions = expressions.map((expression) => new RegExp(expression));
  place.text = text;
  try {
    return search.runInContext(place, { timeout: LONGEST_MS }) as readonly boolean[];
  } catch (error) {
    throw new VumiError('receiver.refused', 'the regular expressions of the router take too long', {
      cause: error,
    });
  }
}
