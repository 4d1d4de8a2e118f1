import { z } from 'zod';
import { defineApplication } from './base/application.ts';
import { applicationOptions } from './base/options.ts';

const configSchema = z.strictObject(applicationOptions);

interface WordApplication {
  readonly type: string;
  readonly className: string;
  readonly summary: string;
  readonly question: string;
  readonly answer: (text: string) => string;
}

/** Answers each text with one that is made of it, and keeps a session open (spec vumi-core appendix C). */
function defineWords({ type, className, summary, question, answer }: WordApplication) {
  return defineApplication({
    type,
    aliases: [`vumi.demos.words.${className}`, className],
    summary,
    configSchema,
    start: () =>
      Promise.resolve({
        onMessage: (message, turn) => {
          turn.reply(message, message.content === null ? question : answer(message.content));
          return Promise.resolve();
        },
      }),
  });
}

export const echo = defineWords({
  type: 'echo',
  className: 'EchoWorker',
  summary: 'Says what it hears',
  question: 'Enter text to echo:',
  answer: (text) => text,
});

export const reverse = defineWords({
  type: 'reverse',
  className: 'ReverseWorker',
  summary: 'Says backwards what it hears',
  question: 'Enter text to reverse:',
  answer: (text) => charactersOf(text).toReversed().join(''),
});

export const wordCount = defineWords({
  type: 'word_count',
  className: 'WordCountWorker',
  summary: 'Counts words and characters',
  question: 'Enter text to return word and character counts for:',
  answer: (text) => {
    const words = text.split(/\s+/).filter((word) => word !== '');
    return `${counted(words.length, 'word')}, ${counted(charactersOf(text).length, 'char')}`;
  },
});

/** As people see them: an accent or a flag is one with what it belongs to. */
function charactersOf(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
