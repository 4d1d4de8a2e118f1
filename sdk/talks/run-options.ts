import type { App } from '../app.ts';
import type { Translator } from '../languages/catalog.ts';
import type { Message } from '../message.ts';
import type { Talk } from './journal.ts';
import type { Count } from './notes.ts';
import type { Screen, Text } from './talk.ts';
import type { Input } from './verdict.ts';
import type { Texts } from './words.ts';

/** What a run of a conversation is about, and what it is had with. */
export interface RunOptions {
  /** Hears what is counted. */
  readonly count: Count;
  readonly app: App;
  readonly message: Message | null;
  /** Of the user. */
  readonly address: string;
  /** By which timers and pages find its question again. */
  readonly way: { readonly to: string; readonly transport_type: string | null; readonly endpoint: string };
  readonly screens: Readonly<Record<string, Screen>>;
  readonly talk: Talk;
  readonly input: Input;
  readonly transportType: string | null;
  /** How long the conversation is kept, in seconds. */
  readonly keepS: number;
  readonly translator: Translator;
  readonly textsOf: (language: string | null) => Texts;
  /** Words that are answered with a text at any question. */
  readonly interrupts: Readonly<Record<string, Text>>;
  readonly back: boolean;
  readonly home: boolean;
  /** Whether a word ends the conversation, as STOP does where that is heeded. */
  readonly isStop: (word: string) => boolean;
}
