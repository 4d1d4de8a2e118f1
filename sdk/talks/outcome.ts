import type { Json } from '../state.ts';
import type { Talk as Kept } from './journal.ts';
import type { Question } from './question.ts';

/** What is said with a question of the time that it waits, and of who may read its answer. */
export type Asked = Pick<Question['options'], 'within' | 'secret'>;

/** How a run ends. */
export type Outcome =
  | {
      readonly kind: 'asks';
      readonly text: string;
      /** Texts that go out before, as messages of their own. */
      readonly alone: readonly string[];
      readonly talk: Kept;
      /** Words that the question takes. */
      readonly takes: readonly string[];
      readonly options: Asked;
      /** Of the question that is open, where it was not open before. */
      readonly question: Question | null;
    }
  | {
      readonly kind: 'ends';
      readonly text: string;
      readonly alone: readonly string[];
      readonly language: string | null;
      /** Links were made with this message. */
      readonly hasLinks: boolean;
    }
  /** A word of `interrupts` leads to a screen, after which it goes on. */
  | { readonly kind: 'interrupted'; readonly screen: string }
  /** To the first screen. */
  | { readonly kind: 'home' }
  /** With the last answer taken back. */
  | { readonly kind: 'back'; readonly talk: Kept };

/** How a screen ends. */
export type Ending =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'end'; readonly text: string };
