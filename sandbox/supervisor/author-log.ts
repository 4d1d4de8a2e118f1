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

function redact(text: string, secrets: Readonly<Record<string, string>>): string {
  let result = text.replace(BEARER, `$1${BLOT}`);
  for (const value of Object.values(secrets)) {
    if (value.length >= SECRET_LENGTH) result = result.replaceAll(value, BLOT);
  }
  return result;
}

function redactFields(
  fields: GuestLogLine['fields'],
  secrets: LoadedApp['settings']['secrets'],
): GuestLogLine['fields'] {
  if (fields === undefined) return undefined;
  const escaped = Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [name, JSON.stringify(value).slice(1, -1)]),
  );
  const json = redact(JSON.stringify(fields), escaped);
  return JSON.parse(json) as GuestLogLine['fields'];
}

/** Makes a line fit to be kept and shown: no secrets, nothing that a terminal would obey. */
export function logEntry(
  app: { ref: AppRef; secrets: Readonly<Record<string, string>> },
  line: GuestLogLine,
  at: { messageId: string; clock: Clock },
): LogEntry {
  const fields = redactFields(line.fields, app.secrets);
  const entry = {
    account: app.ref.account,
    app: app.ref.app,
    level: line.level,
    text: redact(line.text, app.secrets).replace(CONTROL, '�'),
    message_id: at.messageId,
    timestamp: new Date(at.clock()).toISOString(),
  };
  return fields === undefined ? entry : { ...entry, fields };
}
