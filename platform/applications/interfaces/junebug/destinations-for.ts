import type { JunebugRouter } from '@vumi/core';
import { searchAll } from './expressions.ts';

/** Where a message is told that came to an address, with the token for it; as Junebug, every destination that matches gets it. */
export function destinationsFor(
  { destinations }: JunebugRouter,
  address: string | null,
): readonly (readonly [url: string, token: string | null])[] {
  const expressions = destinations.map(({ regular_expression }) => regular_expression);
  const found = address === null ? [] : searchAll(expressions, address);
  const matching = destinations.filter((_one, index) => found[index] === true);
  const chosen = matching.length > 0 ? matching : destinations.filter(({ default: isDefault }) => isDefault);
  return chosen.flatMap(({ mo_url: url, mo_url_auth_token: token }) =>
    url === null ? [] : [[url, token] as const],
  );
}
