import { foldText } from '@vumi/core';

/** As the store gives routes out. */
export const ROUTE_COLUMNS =
  'account, name, app, smpp_client, connector, transport, to_addr, keyword, prefix, endpoint, is_default as "default", weight, failover';

/** Null for what matches anything. */
export function present(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

/** As the first word of a message is (dispatch/keyword.ts). */
export function presentKeyword(text: string | null | undefined): string | null {
  return present(foldText(text ?? ''));
}
