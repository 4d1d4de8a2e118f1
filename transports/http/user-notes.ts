import type { KeyedState } from '@vumi/core';
import type { MessageFields, Reading } from './channel.ts';

/** What is to be known of a user when he writes again. */
export interface UserNote {
  /** As the network calls him. */
  readonly user: string;
  /** Null: nothing any more. */
  readonly text: string | null;
}

/** What a channel keeps of each user between his messages, such as what he chose last in a menu. */
export interface ChannelNotes<C> {
  /** Seconds that a note is kept after it was made. */
  lifetime(config: C): number;
  /** A message of his, with what the note changes of it; null: there is none. */
  apply(fields: MessageFields, note: string | null): MessageFields;
}

interface NotesPorts<C> {
  /** Of the transport. */
  readonly transport: string;
  readonly config: C;
  readonly state: Pick<KeyedState, 'get' | 'set' | 'delete'>;
}

/** Keeps the notes of a channel where its next life finds them. */
export class UserNotes<C> {
  readonly #notes: ChannelNotes<C>;
  readonly #ports: NotesPorts<C>;

  constructor(notes: ChannelNotes<C>, ports: NotesPorts<C>) {
    this.#notes = notes;
    this.#ports = ports;
  }

  /** The readings of a request, in their order, as they are with what is known of the users. */
  async apply(readings: readonly Reading[]): Promise<readonly Reading[]> {
    const applied: Reading[] = [];
    for (const reading of readings) {
      if ('note' in reading && reading.note !== undefined) await this.#keep(reading.note);
      applied.push(reading.kind === 'message' ? await this.#applied(reading) : reading);
    }
    return applied;
  }

  async #applied(reading: Extract<Reading, { readonly kind: 'message' }>): Promise<Reading> {
    const note = await this.#ports.state.get(this.#key(reading.fields.from_addr ?? ''));
    return { ...reading, fields: this.#notes.apply(reading.fields, note) };
  }

  async #keep({ user, text }: UserNote): Promise<void> {
    const { state, config } = this.#ports;
    if (text === null) await state.delete(this.#key(user));
    else await state.set(this.#key(user), text, this.#notes.lifetime(config) * 1000);
  }

  #key(user: string): string {
    return `transport/${this.#ports.transport}/notes/${user}`;
  }
}
