import type { AppRef } from '@vumi/core';
import { VumiError } from '@vumi/core';
import type { StateScopeName } from '../effects.ts';

/** Bytes of a key as the author writes it, and of an address in it. */
const KEY_BYTES = 512;
// eslint-disable-next-line no-control-regex -- control characters are what must not be in a key
const FORBIDDEN = /[\u0000-\u001f\u007f\ud800-\udfff]/u;

function checked(part: string, what: string): string {
  if (part === '' || Buffer.byteLength(part) > KEY_BYTES || FORBIDDEN.test(part)) {
    throw new VumiError(
      'request.invalid',
      `${what} must have 1 to ${KEY_BYTES} bytes and no control characters`,
    );
  }
  return part;
}

/** Where the platform keeps `app.state` of an app. */
export function sharedStateKey({ account, app }: AppRef, key: string): string {
  return `${statePrefix({ account, app })}shared/${checked(key, 'a key of state')}`;
}

/** Where `app.state` of an app can be listed. The rest of a listed key is the author's. */
export function sharedStatePlace(ref: AppRef): { readonly place: string; readonly shared: string } {
  const place = statePrefix(ref);
  return { place, shared: `${place}shared/` };
}

/** Where the platform keeps `app.user`. Addresses come from outside: a slash in one must not reach into another's. */
export function userStateKey({ account, app }: AppRef, address: string, key: string): string {
  const user = escaped(checked(address, 'an address'));
  return `${statePrefix({ account, app })}user/${user}/${checked(key, 'a key of state')}`;
}

/** An address as a part of a key. */
export function escaped(address: string): string {
  return address.replaceAll('%', '%25').replaceAll('/', '%2F');
}

/** What `escaped` has made. */
export function unescaped(part: string): string {
  return part.replaceAll('%2F', '/').replaceAll('%25', '%');
}

/** How the keys of an app's state begin, of all its users. */
export function statePrefix({ account, app }: AppRef): string {
  return `app/${account}/${app}/`;
}

/** What is committed with the effects of a message or event. */
export function markerKey({ account, app }: AppRef, id: string): string {
  return `done/${account}/${app}/${id}`;
}

/** Finds the key of a read or write; an event has no user. */
export function stateKey(
  ref: AppRef,
  user: string | null,
  at: { scope: StateScopeName; key: string },
): string {
  if (at.scope === 'shared') return sharedStateKey(ref, at.key);
  if (user === null)
    throw new VumiError(
      'request.invalid',
      'there is no user here: app.user belongs to onMessage, and to onSchedule for a user',
    );
  return userStateKey(ref, user, at.key);
}

/** Where `app.user` of one user of an app can be listed. */
export function userStatePlace(
  ref: AppRef,
  address: string,
): { readonly place: string; readonly start: string } {
  // The shortest key, without itself, is how all of them begin.
  return { place: statePrefix(ref), start: userStateKey(ref, address, 'k').slice(0, -1) };
}

/** Where the kv of classic apps can be listed. The rest of a listed key is the author's. */
export function kvListPlace(
  ref: AppRef,
  scope: 'account' | 'app',
): { readonly place: string; readonly start: string } {
  const place = scope === 'account' ? `kv/${ref.account}/` : statePrefix(ref);
  return { place, start: kvKey(ref, scope, 'k').slice(0, -1) };
}

/** Where the platform keeps the kv of classic apps. */
export function kvKey(ref: AppRef, scope: 'account' | 'app', key: string): string {
  return `${kvPlace(ref, scope)}/key/${checked(key, 'a key of kv')}`;
}

/** Where it counts the keys of that place. */
export function kvCountKey(ref: AppRef, scope: 'account' | 'app'): string {
  return `${kvPlace(ref, scope)}/count`;
}

function kvPlace({ account, app }: AppRef, scope: 'account' | 'app'): string {
  return scope === 'account' ? `kv/${account}` : `app/${account}/${app}/kv`;
}
