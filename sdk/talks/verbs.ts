import type { App } from '../app.ts';
import { ownName } from '../languages/codes.ts';
import { translateWith } from '../languages/lazy-text.ts';
import type { Message } from '../message.ts';
import type { Json } from '../state.ts';
import { askQuestion, chooseQuestion, confirmQuestion, type InLanguage, type Question } from './question.ts';
import { recordedApp } from './recorded-app.ts';
import type { Recorder } from './recorder.ts';
import { Leave, type LeaveTo, type LanguageOptions, type Talk, type Text } from './talk.ts';

type Params = Readonly<Record<string, string>>;

/** What the verbs of one screen do in the run that it is a part of. */
export interface Stage {
  readonly app: App;
  readonly message: Message | null;
  readonly address: string;
  readonly recorder: Recorder;
  readonly now: () => number;
  readonly language: () => string | null;
  /** What the app speaks. */
  readonly languages: readonly string[];
  /** In the language of the user. */
  readonly text: InLanguage;
  readonly setLanguage: (code: string) => void;
  /** A parser looks at an answer: what it asks is asked each time, and not remembered. */
  readonly isJudging: () => boolean;
  readonly ask: (question: Question) => Promise<unknown>;
  readonly read: (text: string, nextTag: () => string) => Promise<void>;
  readonly visit: (screen: string, params: Params) => Promise<Json>;
  readonly say: (text: string) => void;
  /** Hears of a way out, which the screen has to return. */
  readonly leave: (leave: Leave) => void;
}

/** What a screen is given: the app, remembered, and the verbs. */
export function talkOf(stage: Stage): Talk {
  const { app, message, address, recorder, text: say } = stage;
  let questions = 0;
  let onceRuns = 0;
  /** By its id, or else by its place among the questions of the screen. */
  const nextTag = (verb: string, id: string | undefined): string => {
    questions += 1;
    return `${verb} ${id === undefined ? `number ${questions}` : JSON.stringify(id)}`;
  };
  const leave = (to: LeaveTo): Leave => {
    const way = new Leave(to);
    stage.leave(way);
    return way;
  };
  const ask = (question: Question): Promise<unknown> =>
    onceRuns === 0
      ? stage.ask(question)
      : Promise.reject(new TypeError(`app.once cannot ask: ${question.tag}`));
  const once = async <T>(work: () => Promise<T>): Promise<T> => {
    onceRuns += 1;
    try {
      return await work();
    } finally {
      onceRuns -= 1;
    }
  };
  return {
    ...recordedApp(app, recorder, () => onceRuns > 0 || stage.isJudging()),
    get now() {
      return stage.now();
    },
    get language() {
      return stage.language();
    },
    message,
    address,
    ask: (text: Text, options: Question['options'] = {}) =>
      ask(askQuestion(text, { tag: nextTag('ask', options.id), options, say })) as Promise<never>,
    choose: (text: Text, given: unknown, options: Question['options'] = {}) =>
      ask(
        chooseQuestion(text, given, { tag: nextTag('choose', options.id), options, say }),
      ) as Promise<never>,
    confirm: (text, options = {}) =>
      ask(confirmQuestion(text, { tag: nextTag('confirm', options.id), options, say })) as Promise<boolean>,
    chooseLanguage: async (options = {}) => {
      const chosen = await ask(languageQuestion(options, nextTag('choose language', options.id), stage));
      stage.setLanguage(chosen as string);
      return chosen as string;
    },
    t: translateWith(say),
    say: (text) => stage.say(say(text)),
    read: (text) => stage.read(say(text), () => nextTag('read', undefined)),
    goto: (screen, params = {}) => leave({ kind: 'goto', screen, params }),
    visit: async (screen, params = {}) => stage.visit(screen, params) as Promise<never>,
    value: (value) => leave({ kind: 'value', value }),
    end: (text = '') => leave({ kind: 'end', text: say(text) }),
    once: (name, work) => recorder.perform({ kind: 'o', tag: name, isFinal: true, run: () => once(work) }),
    setLanguage: stage.setLanguage,
  };
}

function languageQuestion(
  { text = '', languages, names = {}, ...options }: LanguageOptions,
  tag: string,
  stage: Stage,
): Question {
  const codes = languages ?? stage.languages;
  const menu = codes.map((code) => ({ value: code, label: names[code] ?? ownName(code) }));
  return chooseQuestion(text, menu, { tag, options, say: stage.text });
}
