import type { AppDefinition, EventApp, OptoutApp, Speaking } from '../app.ts';
import type { Message } from '../message.ts';
import { translatorOf, type Catalog, type Translator } from './catalog.ts';
import { languageCode } from './codes.ts';
import { translateWith, type LazyText } from './lazy-text.ts';

/** Where the language that an app has set is kept in the user's state. */
const KEY = 'vumi:language';

type Say = (text: string | LazyText) => string;

/**
 * Handlers that know the user's language before they begin, and translate what they say. It costs a read of state a
 * message, and of the contact where the app has set no language.
 *
 * @hidden
 */
export function withLanguages(definition: AppDefinition, catalog: Catalog): AppDefinition {
  const translator = translatorOf(catalog);
  const { onMessage, onEvent, onSchedule, onOptOut, onOptIn } = definition;
  const inFirst: Say = (text) => translator.render(text, null);
  return {
    ...definition,
    ...(onMessage && {
      onMessage: (message, app) =>
        speaking(app, translator, message.from_addr, (spoken, say) =>
          onMessage.call(definition, translated(message, say), spoken),
        ),
    }),
    ...(onSchedule && {
      onSchedule: (timer, app) =>
        timer.user === null
          ? onSchedule.call(
              definition,
              timer,
              withSpeech({ ...app, send: sendOf(app, inFirst) }, { now: null }, inFirst),
            )
          : speaking(app, translator, timer.user, (spoken) => onSchedule.call(definition, timer, spoken)),
    }),
    ...(onOptOut && {
      onOptOut: (app, change) =>
        speaking(app, translator, change.address, (spoken) => onOptOut.call(definition, spoken, change)),
    }),
    ...(onOptIn && {
      onOptIn: (app, change) =>
        speaking(app, translator, change.address, (spoken) => onOptIn.call(definition, spoken, change)),
    }),
    ...(onEvent && {
      onEvent: (event, app) => onEvent.call(definition, event, { ...app, send: sendOf(app, inFirst) }),
    }),
  };
}

async function speaking<A extends OptoutApp>(
  app: A,
  translator: Translator,
  user: string,
  work: (app: A, say: Say) => void | Promise<unknown>,
): Promise<unknown> {
  const before = await languageOf(app, translator, user);
  const language = { now: before };
  const say: Say = (text) => translator.render(text, language.now);
  const returned = await work(withSpeech({ ...app, send: sendOf(app, say) }, language, say), say);
  if (language.now !== before) await app.user.set(KEY, language.now);
  return returned;
}

/** As the app has set it, else as the contact says. */
async function languageOf(app: OptoutApp, { languages }: Translator, user: string): Promise<string | null> {
  const set = languageCode(await app.user.get(KEY));
  if (set !== null || languages.length < 2) return set;
  return languageOfContact(app, user);
}

async function languageOfContact({ contacts }: OptoutApp, user: string): Promise<string | null> {
  try {
    const contact = await contacts.get(user);
    return languageCode(contact?.extra['language'] ?? contact?.extra['lang']);
  } catch {
    // Not each network has contacts.
    return null;
  }
}

/** The language may change while the handler runs. */
function withSpeech<A extends OptoutApp>(app: A, language: { now: string | null }, say: Say): A {
  const speech: Speaking = {
    get language() {
      return language.now;
    },
    setLanguage(code) {
      const known = languageCode(code);
      if (known === null) throw new RangeError(`"${code}" is no language: give a code such as "zu"`);
      language.now = known;
    },
    t: translateWith(say),
  };
  return Object.defineProperties(app, Object.getOwnPropertyDescriptors(speech));
}

function sendOf(app: EventApp, say: Say): EventApp['send'] {
  return (to, text, options) => app.send(to, say(text), options);
}

function translated(message: Message, say: Say): Message {
  return {
    ...message,
    reply: (text, options) => message.reply(say(text), options),
    replyGroup: (text, options) => message.replyGroup(say(text), options),
  };
}
