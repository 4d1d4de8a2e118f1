import type { AppRef } from '@vumi/core';
import type { SandboxPlace } from '@vumi/sandbox/testing';

/** Not to wait long for those who never end. */
const IMPATIENT = { manifest: { limits: { wall_ms: 1500 } } };

/**
 * An app that means harm (spec sandbox-security §3): the body of an `onMessage` handler, or a whole worker where it
 * matters when it runs. It gets the message "attack", then the message "after". Unless it says otherwise here, both
 * must end with the apology.
 */
export interface HostileApp {
  readonly name: string;
  /** Body of a handler. */
  readonly handler?: string;
  /** Whole worker. */
  readonly worker?: string;
  /** What it must answer to "attack": it finds out by itself that it has achieved nothing. */
  readonly says?: RegExp;
  /** What it may answer to either message beside the apology; it may also be silent. */
  readonly mayAnswer?: RegExp;
}

export function installHostile(place: SandboxPlace, hostile: HostileApp): Promise<AppRef> {
  const name = hostile.name.replaceAll(/\W+/g, '-').slice(0, 60);
  return hostile.worker === undefined
    ? place.installHandler(name, hostile.handler ?? '', IMPATIENT)
    : place.install(name, hostile.worker, IMPATIENT);
}
