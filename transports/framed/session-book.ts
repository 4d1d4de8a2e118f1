import type { UserMessage } from '@vumi/core';
import type { TransportPorts } from '../transport-type.ts';

export interface SessionBookOptions extends Pick<TransportPorts, 'end' | 'state'> {
  readonly lifetimeMs: number;
  /** What the network calls the session that a message from or to this user belongs to; null: there is none. */
  readonly key: (user: string, message: UserMessage) => string | null;
  /** A step of a session that nobody remembers, and that does not say what was dialled. */
  readonly onUnknown: (message: UserMessage) => void;
}

/** Remembers what was dialled, for the network tells it only once (spec channels §1.5). */
export class SessionBook {
  readonly #options: SessionBookOptions;

  constructor(options: SessionBookOptions) {
    this.#options = options;
  }

  /** The message with what was dialled as its `to_addr`; null when nobody knows that any more. */
  async complete(message: UserMessage): Promise<UserMessage | null> {
    const key = this.#keyOf(message.from_addr, message);
    if (message.session_event === null || key === null) return message;
    const { state, lifetimeMs, onUnknown } = this.#options;
    const dialled = message.session_event === 'new' ? null : await state.get(key);
    if (dialled === null && message.to_addr === null) {
      // Who has gone asks for nothing.
      if (message.session_event === 'resume') onUnknown(message);
      return null;
    }
    const whole = dialled === null ? opening(message) : { ...message, to_addr: dialled };
    if (whole.to_addr !== null) await state.set(key, whole.to_addr, lifetimeMs);
    return whole;
  }

  /** The session of a message that was published or sent is over. */
  async forget(user: string | null, message: UserMessage): Promise<void> {
    const key = this.#keyOf(user, message);
    if (key !== null) await this.#options.state.delete(key);
  }

  #keyOf(user: string | null, message: UserMessage): string | null {
    const { end, key } = this.#options;
    const name = key(user ?? '', message);
    return name === null ? null : `transport/${end.name}/session/${name}`;
  }
}

/** A step that says what was dialled opens a session that nobody remembers. */
function opening(message: UserMessage): UserMessage {
  return message.session_event === 'resume' ? { ...message, session_event: 'new', content: null } : message;
}
