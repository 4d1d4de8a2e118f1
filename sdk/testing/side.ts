import type { AppRef, UserMessage } from '@vumi/core';
import type { StoreEffects } from '@vumi/records';
import type { LogEntry, Run, VersionCode } from '@vumi/sandbox';

/** An account with the app, and what came of its messages. */
export class Side {
  readonly ref: AppRef;
  readonly versions = new Map<number, VersionCode>();
  active = 0;
  /** Of the newest version. */
  handlers: readonly string[] = [];
  /** When another version became the active one, milliseconds since the epoch; null: never. */
  changedAt: number | null = null;
  readonly sent: UserMessage[] = [];
  /** To who wants none: they went nowhere. */
  readonly refused: UserMessage[] = [];
  readonly log: LogEntry[] = [];
  readonly runs: Run[] = [];
  readonly effects: StoreEffects[] = [];

  constructor(account: string) {
    this.ref = { account, app: 'app' };
  }

  /** A transport hands a message to its network once, however often it gets it. */
  publish(message: UserMessage): void {
    if (!this.sent.some(({ message_id }) => message_id === message.message_id)) this.sent.push(message);
  }

  /** All of it as it is now, to go back to. */
  save(): { readonly restore: () => void } {
    const lists = [this.sent, this.refused, this.log, this.runs, this.effects] as unknown[][];
    const copies = lists.map((list) => [...list]);
    return {
      restore: () => {
        for (const [index, list] of lists.entries()) list.splice(0, Infinity, ...(copies[index] ?? []));
      },
    };
  }

  /** Whether they are new. */
  keep(effects: StoreEffects): boolean {
    if (this.effects.some(({ marker }) => marker === effects.marker)) return false;
    this.effects.push(effects);
    return true;
  }
}
