import type { UserMessage } from '@vumi/core';
import { openPageLinks } from '@vumi/sandbox';
import type { OpenPage } from './api.ts';
import type { AppUnderTest } from './app-under-test.ts';

interface Opening {
  readonly url: string;
  readonly pin: string | null;
  readonly now: () => number;
  /** To the app. */
  readonly bring: (message: UserMessage) => Promise<void>;
}

/** Opens a link as a browser does, by what opens links on a platform. */
export async function openPage(
  { state, records, app }: AppUnderTest,
  { url, pin, now, bring }: Opening,
): Promise<OpenPage> {
  const links = openPageLinks({ state, records, clock: now, publish: (_ref, message) => bring(message) });
  const code = url.slice(url.lastIndexOf('/') + 1);
  const opened = await links.use(app.ref, code, pin);
  if (opened === null) throw new Error(`${url} does not open: it was used, has ended, or never was`);
  if (opened === 'wrong_pin') throw new Error(`${url} does not open: ${pin ?? 'nothing'} is not its number`);
  const { secret, path } = opened;
  const scopes = (await links.visitor(app.ref, secret))?.scopes ?? [];
  return { path, scopes, answer: (value) => links.answer(app.ref, secret, value) };
}
