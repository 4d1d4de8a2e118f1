import type { AppRef, Clock } from '@vumi/core';
import type { GuestLogLine } from '../effects.ts';
import type { LoadedApp } from './app.ts';

/** One line of an app's log, as its author reads it. */
export interface LogEntry {
  readonly account: string;
  readonly app: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
  /** The message or event that was being handled. */
  readonly message_id: string | null;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** ISO 8601. */
  readonly timestamp: string;
}

/** Shorter values would blot out ordinary words. */
const SECRET_LENGTH = 4;
const BLOT = '[secret]';
const BEARER = /\b(bearer\s+)[\w.~+/=-]{8,}/gi;
// eslint-disable-next-line no-control-regex -- what a terminal would obey must not be in a line of log
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

type Secrets = LoadedApp['settings']['secrets'];

/** Takes out secrets and tokens, also the beginning of one at which the text was cut. */
export function redactSecrets(text: string, secrets: Secrets): string {
  let result = text.replace(BEARER, `$1${BLOT}`);
  for (const value of Object.values(secrets)) {
    if (value.length < SECRET_LENGTH) continue;
    result = result.replaceAll(value, BLOT);
    const cutAt = startOfCut(result, value);
    if (cutAt !== null) result = result.slice(0, cutAt) + BLOT;
  }
  return result;
}

/** Where a text ends with the beginning of a secret; null when it does not. */
function startOfCut(text: string, secret: string): number | null {
  for (let length = Math.min(secret.length - 1, text.length); length >= SECRET_LENGTH; length--) {
    if (text.endsWith(secret.slice(0, length))) return text.length - length;
  }
  return null;
}

/** Value by value, so that what stands in place of a secret cannot break the form. */
function redactValue(value: unknown, secrets: Secrets): unknown {
  if (typeof value === 'string') return redactSecrets(value, secrets);
  if (typeof value === 'number') {
    const shown = redactSecrets(String(value), secrets);
    return shown === String(value) ? value : shown;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, secrets));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [redactSecrets(name, secrets), redactValue(item, secrets)]),
  );
}

/** Makes a line fit to be kept and shown: no secrets, nothing that a terminal would obey. */
export function logEntry(
  app: { ref: AppRef; secrets: Secrets },
  line: GuestLogLine,
  at: { messageId: string; clock: Clock },
): LogEntry {
  const fields = redactValue(line.fields, app.secrets) as GuestLogLine['fields'];
  const entry = {
    account: app.ref.account,
    app: app.ref.app,
    level: line.level,
    text: redactSecrets(line.text, app.secrets).replace(CONTROL, '�'),
    message_id: at.messageId,
    timestamp: new Date(at.clock()).toISOString(),
  };
  return fields === undefined ? entry : { ...entry, fields };
}
