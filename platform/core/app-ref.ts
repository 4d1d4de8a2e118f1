/** Names one app of one account. Both parts are slugs. */
export interface AppRef {
  readonly account: string;
  readonly app: string;
}

/** `account/app`: the one spelling of an app as a key. */
export function appKey(ref: AppRef): string {
  return `${ref.account}/${ref.app}`;
}

export function sameApp(a: AppRef, b: AppRef): boolean {
  return a.account === b.account && a.app === b.app;
}
