import type { AppRef, UserMessage } from '@vumi/core';
import type { SandboxPlace } from '@vumi/sandbox/testing';

/** What a user sees after each of his messages: the replies, the last of them marked when it ends the session. */
export class Conversation {
  readonly #place: SandboxPlace;
  readonly #ref: AppRef;
  readonly #fields: Partial<UserMessage>;
  #inSession = false;
  /** The message that was sent last. */
  last: UserMessage;

  constructor(place: SandboxPlace, ref: AppRef, fields: Partial<UserMessage> = {}) {
    this.#place = place;
    this.#ref = ref;
    this.#fields = { from_addr: '+27761234567', transport_type: 'ussd', ...fields };
    this.last = place.message(this.#fields);
  }

  /** Opens a session. */
  start(): Promise<string[]> {
    return this.#say(null, 'new');
  }

  /** In a session on USSD; elsewhere there are none. */
  say(content: string): Promise<string[]> {
    const event = this.#fields.transport_type === 'sms' ? null : this.#inSession ? 'resume' : 'new';
    return this.#say(content, event);
  }

  /** The user has hung up. */
  hangUp(): Promise<string[]> {
    return this.#say(null, 'close');
  }

  async #say(content: string | null, session_event: UserMessage['session_event']): Promise<string[]> {
    this.last = this.#place.message({ ...this.#fields, content, session_event });
    await this.#place.ask(this.#ref, this.last);
    const replies = this.#place.sent.filter(({ in_reply_to }) => in_reply_to === this.last.message_id);
    this.#inSession = session_event !== 'close' && replies.at(-1)?.session_event !== 'close';
    return replies.map((reply) => `${reply.content}${reply.session_event === 'close' ? ' [end]' : ''}`);
  }
}
