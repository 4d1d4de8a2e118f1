import { withoutControls, type AppRef, type Clock } from '@vumi/core';
import type { GuestLogLine } from '../effects.ts';
import type { LoadedApp } from '../apps/app.ts';
import { redactFields, redactSecrets } from './redaction.ts';

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

type Secrets = LoadedApp['settings']['secrets'];

/** Makes a line fit to be kept and shown: no secrets, nothing that a terminal would obey. */
export function logEntry(
  app: { ref: AppRef; secrets: Secrets },
  line: GuestLogLine,
  at: { messageId: string; clock: Clock },
): LogEntry {
  const fields = line.fields === undefined ? undefined : redactFields(line.fields, app.secrets);
  const entry = {
    account: app.ref.account,
    app: app.ref.app,
    level: line.level,
    text: withoutControls(redactSecrets(line.text, app.secrets)),
    message_id: at.messageId,
    timestamp: new Date(at.clock()).toISOString(),
  };
  return fields === undefined ? entry : { ...entry, fields };
}
