/** A button under a text. On networks without buttons it is a numbered line, and its number or title, typed, presses it. */
export interface Button {
  /** What it says, and what the app gets as `message.content` when it is pressed. At most 72 characters. */
  readonly title: string;
  /** What the app gets as `message.received.payload`; at most 64 bytes. */
  readonly payload?: string;
  /** A line below the title, where the network has room for it. At most 72 characters. */
  readonly description?: string;
}

/** A file that the network fetches from its address. On networks without files the address is part of the text. */
export interface Attachment {
  /** http or https, for anybody. */
  readonly url: string;
  /** Such as `image/png`; absent: as the end of the address says. */
  readonly content_type?: string;
  readonly name?: string;
  /** At most 1024 characters. */
  readonly caption?: string;
}

/** A text that the network has approved, for messages that answer nothing; others send the text of the message. */
export interface Template {
  readonly name: string;
  /** As the network calls it, such as `en_US`. */
  readonly language: string;
  readonly variables?: readonly string[];
}

/** What a message may carry beside its text. */
export interface RichOptions {
  /** What the user can choose from, ten at most. A text is the title of a button. */
  readonly buttons?: readonly (string | Button)[];
  readonly attachments?: readonly Attachment[];
  readonly template?: Template;
}

export interface ReceivedAttachment {
  readonly content_type: string;
  /** Where it is, for a while. Absent: the network tells only its `id`. */
  readonly url?: string;
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

/** What a user sent beside his text. */
export interface Received {
  /** Of the button that was pressed. */
  readonly payload?: string;
  /** What was typed for a button, whose title is the content of the message. */
  readonly typed?: string;
  readonly attachments?: readonly ReceivedAttachment[];
  readonly location?: ReceivedLocation;
}
