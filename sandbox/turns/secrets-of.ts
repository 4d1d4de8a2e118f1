import { isSecretAnswer, type UserMessage } from '@vumi/core';
import type { LoadedApp } from '../apps/app.ts';

/** As what is typed stands in records of runs: `[secret typed answer]`. No secret of an app is called so. */
const TYPED = 'typed answer';

/** What nobody is to read of a turn, by name: the app's secrets, and what its user has just typed at a secret question. */
export function secretsOf(
  { settings: { secrets } }: Pick<LoadedApp, 'settings'>,
  message: UserMessage | null,
): LoadedApp['settings']['secrets'] {
  if (message === null || !isSecretAnswer(message) || message.content === null) return secrets;
  return { ...secrets, [TYPED]: message.content.trim() };
}
