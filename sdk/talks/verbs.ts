import type { App } from '../app.ts';
import { ownName } from '../languages/codes.ts';
import { translateWith } from '../languages/lazy-text.ts';
import type { LinkOptions } from '../links.ts';
import type { Message } from '../message.ts';
import type { Json } from '../state.ts';
import {
  askQuestion,
  chooseQuestion,
  confirmQuestion,
  linkQuestion,
  type InLanguage,
  type Question,
} from './question.ts';
import { recordedApp, type RecordedApp } from './recorded-app.ts';
import type { KnownConfig } from './recorded-config.ts';
import type { Recorder } from './recorder.ts';
import type { ScreenPlace } from './screen-names.ts';
import {
  Leave,
  type LanguageOptions,
  type LeaveTo,
  type LinkQuestion,
  type ReadOptions,
  type Talk,
  type Text,
} from './talk.ts';

type Params = Readonly<Record<string, string>>;

/** What the verbs of one screen do in the run that it is a part of. */
export interface Stage {
  readonly app: App;
  readonly message: Message | null;
  readonly address: string;
  readonly recorder: Recorder;
  readonly config: KnownConfig;
  readonly now: () => number;
  readonly language: () => string | null;
  /** What the app speaks. */
  readonly languages: readonly string[];
  /** In the language of the user. */
  readonly text: InLanguage;
  readonly setLanguage: (code: string) => void;
  /** A parser looks at an answer: what it asks is asked each time, and not remembered. */
  readonly isJudging: () => boolean;
  /** Whose address it is, and what ends with it; with the tag of a question, the page answers that. */
  readonly makeLink: (path: string, options: LinkOptions, tag: string | null) => Promise<string>;
  /** `make` is called where it is really asked, or answered. */
  readonly ask: (tag: string, make: () => Question) => Promise<unknown>;
  readonly read: (text: string, options: ReadOptions, nextTag: () => string) => Promise<void>;
  readonly visit: (screen: string, params: Params) => Promise<Json>;
  readonly say: (text: string, isAlone: boolean) => void;
  /** Throws where the app has no such screen: from the line that leads there. */
  readonly placeOf: (name: string, params: Params) => ScreenPlace;
  /** Hears of a way out, which the screen has to return. */
  readonly leave: (leave: Leave) => void;
}

/** What a screen is given: the app, remembered, and the verbs. */
export function talkOf(stage: Stage): Talk {
  const { message, address, recorder, text: say } = stage;
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
  const ask: Stage['ask'] = (tag, make) =>
    onceRuns === 0 ? stage.ask(tag, make) : Promise.reject(new TypeError(`app.once cannot ask: ${tag}`));
  const once = async <T>(work: () => Promise<T>): Promise<T> => {
    onceRuns += 1;
    try {
      return await work();
    } finally {
      onceRuns -= 1;
    }
  };
  const verbs: Omit<Talk, keyof RecordedApp> = {
    message,
    address,
    ask: (text: Text, options: Question['options'] = {}) => {
      const tag = nextTag('ask', options.id);
      return ask(tag, () => askQuestion(text, { tag, options, say })) as Promise<never>;
    },
    choose: (text: Text, given: unknown, options: Question['options'] = {}) => {
      const tag = nextTag('choose', options.id);
      return ask(tag, () => chooseQuestion(text, given, { tag, options, say })) as Promise<never>;
    },
    confirm: (text, options = {}) => {
      const tag = nextTag('confirm', options.id);
      return ask(tag, () => confirmQuestion(text, { tag, options, say })) as Promise<boolean>;
    },
    chooseLanguage: async (options = {}) => {
      const tag = nextTag('choose language', options.id);
      const chosen = await ask(tag, () => languageQuestion(options, tag, stage));
      stage.setLanguage(chosen as string);
      return chosen as string;
    },
    link: (path: string, options = {}) => link(stage, { path, options, nextTag, ask }) as Promise<never>,
    t: translateWith(say),
    say: (text, { alone = false } = {}) => stage.say(say(text), alone),
    read: (text, options = {}) => stage.read(say(text), options, () => nextTag('read', undefined)),
    goto: (screen, params = {}) => leave({ kind: 'goto', ...stage.placeOf(screen, params) }),
    visit: async (screen, params = {}) => stage.visit(screen, params) as Promise<never>,
    value: (value) => leave({ kind: 'value', value: value as unknown as Json }),
    end: (text = '') => leave({ kind: 'end', text: say(text) }),
    once: (name, work) => recorder.perform({ kind: 'o', tag: name, isFinal: true, run: () => once(work) }),
    setLanguage: stage.setLanguage,
  };
  const isUnrecorded = (): boolean => onceRuns > 0 || stage.isJudging();
  return Object.assign(recordedApp({ ...stage, isUnrecorded }), verbs);
}

interface Linking {
  readonly path: string;
  readonly options: LinkOptions & Partial<LinkQuestion>;
  readonly nextTag: (verb: string, id: string | undefined) => string;
  readonly ask: Stage['ask'];
}

async function link(
  { recorder, makeLink, text: say }: Stage,
  { path, options, nextTag, ask }: Linking,
): Promise<unknown> {
  const tag = options.ask === true ? nextTag('link', options.id) : null;
  const url = await recorder.perform({
    kind: 'c',
    tag: `app.link(${JSON.stringify(path)})`,
    isFinal: false,
    run: () => makeLink(path, options, tag),
  });
  return tag === null ? url : ask(tag, () => linkQuestion(url, options, { tag, say }));
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
