/** A file that a user sent. */
export interface ReceivedAttachment {
  readonly content_type: string;
  /** Where it is, for a while: networks keep files for days. Absent: only the network's id of it is known. */
  readonly url?: string;
  /** The network's id of it. */
  readonly id?: string;
  readonly name?: string;
  readonly caption?: string;
}

export interface ReceivedLocation {
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
  readonly address?: string;
}

/** What an inbound message has beside its text: `helper_metadata.received` (spec channels §1.7). */
export interface Received {
  readonly attachments?: readonly ReceivedAttachment[];
  readonly location?: ReceivedLocation;
  /** Of the button that was pressed, or whose number or title was typed. */
  readonly payload?: string;
  /** What was typed where it stands for a button, whose title is the content. */
  readonly typed?: string;
}
