import type { App } from '../app.ts';
import type { Question } from './question.ts';

/** Set by the explorer of the test kit in the app's configuration, and what its lines of log are called. */
export const EXPLORER = 'vumi:explorer';

/** What the explorer may type at a question, and where in the author's code it is asked. */
export function tellExplorer({ config, log }: App, { tag, samples }: Question): void {
  if (config[EXPLORER] !== true) return;
  log.debug(EXPLORER, { tag, samples, stack: new Error('asked').stack ?? '' });
}
