import { slugSchema, type AppRef } from '@vumi/core';
import { hostName } from '@vumi/api';

/**
 * The app whose page a Host header asks for: `<account>--<app>.<apps domain>`; null when it names none. Slugs hold no
 * `--`, so there is one way to read a label.
 */
export function parseAppHost(host: string, appsDomain: string): AppRef | null {
  const name = hostName(host);
  const suffix = `.${appsDomain}`;
  if (!name.endsWith(suffix)) return null;
  const [account, app, ...more] = name.slice(0, -suffix.length).split('--');
  if (account === undefined || app === undefined || more.length > 0) return null;
  return isSlug(account) && isSlug(app) ? { account, app } : null;
}

function isSlug(text: string): boolean {
  return slugSchema.safeParse(text).success;
}
