/** What the SDK says by itself; an app may have others in their place, for each language. */
export interface Texts {
  /** Before a question that is asked again. */
  readonly retry: string;
  /** Before the options that an answer may mean, and the question. */
  readonly ambiguous: string;
  readonly more: string;
  readonly back: string;
  /** To the screen `start`. */
  readonly home: string;
  readonly yes: string;
  readonly no: string;
  /** When somebody dials again in the middle. */
  readonly welcomeBack: string;
  readonly goOn: string;
  readonly startAgain: string;
  /** When the app has changed so that a conversation cannot go on. */
  readonly restarted: string;
  readonly gaveUp: string;
  /** When a conversation has become too long to be remembered. */
  readonly failed: string;
  /** Confirms that nothing more will be sent. */
  readonly stopped: string;
  /** Words that end a conversation and opt its user out, beside STOP and its like; with spaces between them. */
  readonly stopWords: string;
  /** Words that are answered with the `help` of a question, beside HELP; with spaces between them. */
  readonly helpWords: string;
}

/** Whose words are remembered at a time: users may have any code for a language. */
export const MOST_LANGUAGES = 50;

export const ENGLISH: Texts = {
  retry: 'Sorry, that is not an answer.',
  ambiguous: 'Which one do you mean?',
  more: 'More',
  back: 'Back',
  home: 'Home',
  yes: 'Yes',
  no: 'No',
  welcomeBack: 'Welcome back.',
  goOn: 'Go on where you were',
  startAgain: 'Start again',
  restarted: 'This service has changed, so we begin again.',
  gaveUp: 'Sorry, we could not understand. Please try again later.',
  failed: 'Sorry, something went wrong. Please try again later.',
  stopped: 'You will get no more messages from us.',
  stopWords: 'stop unsubscribe cancel end quit stopall revoke optout',
  helpWords: 'help',
};

const FRENCH: Texts = {
  retry: "Désolé, ce n'est pas une réponse.",
  ambiguous: 'Laquelle ?',
  more: 'Suite',
  back: 'Retour',
  home: 'Accueil',
  yes: 'Oui',
  no: 'Non',
  welcomeBack: 'Bon retour.',
  goOn: 'Continuer',
  startAgain: 'Recommencer',
  restarted: 'Ce service a changé : on recommence.',
  gaveUp: "Désolé, nous n'avons pas compris. Essayez plus tard.",
  failed: "Désolé, une erreur s'est produite. Essayez plus tard.",
  stopped: 'Vous ne recevrez plus de messages de nous.',
  stopWords: 'arret arreter desabonner desinscrire',
  helpWords: 'aide',
};

const PORTUGUESE: Texts = {
  retry: 'Desculpe, isso não é uma resposta.',
  ambiguous: 'Qual delas?',
  more: 'Mais',
  back: 'Voltar',
  home: 'Menu',
  yes: 'Sim',
  no: 'Não',
  welcomeBack: 'Bem-vindo de volta.',
  goOn: 'Continuar',
  startAgain: 'Recomeçar',
  restarted: 'Este serviço mudou, por isso recomeçamos.',
  gaveUp: 'Desculpe, não entendemos. Tente mais tarde.',
  failed: 'Desculpe, ocorreu um erro. Tente mais tarde.',
  stopped: 'Não receberá mais mensagens nossas.',
  stopWords: 'parar sair cancelar descadastrar',
  helpWords: 'ajuda',
};

const SWAHILI: Texts = {
  retry: 'Samahani, hilo si jibu.',
  ambiguous: 'Unamaanisha lipi?',
  more: 'Zaidi',
  back: 'Rudi',
  home: 'Mwanzo',
  yes: 'Ndiyo',
  no: 'Hapana',
  welcomeBack: 'Karibu tena.',
  goOn: 'Endelea ulipoishia',
  startAgain: 'Anza upya',
  restarted: 'Huduma imebadilika, tunaanza upya.',
  gaveUp: 'Samahani, hatukuelewa. Jaribu tena baadaye.',
  failed: 'Samahani, kuna hitilafu. Jaribu tena baadaye.',
  stopped: 'Hutapata ujumbe mwingine kutoka kwetu.',
  stopWords: 'acha sitisha simamisha jiondoe',
  helpWords: 'msaada',
};

const KNOWN: Readonly<Record<string, Texts>> = {
  en: ENGLISH,
  fr: FRENCH,
  pt: PORTUGUESE,
  sw: SWAHILI,
};

/** An app's own texts: for all languages, or for each. */
export type OwnTexts = Partial<Texts> & { readonly [language: string]: string | Partial<Texts> | undefined };

/** What is said to a user of a language; `en_ZA` and `en-GB` are English. */
export function textsFor(language: string | null, own: OwnTexts | undefined): Texts {
  const code = (language ?? 'en').toLowerCase().split(/[-_]/)[0] ?? 'en';
  const known = (Object.hasOwn(KNOWN, code) ? KNOWN[code] : undefined) ?? ENGLISH;
  if (own === undefined) return known;
  const texts: Record<string, string> = { ...known };
  for (const source of [own, own[code]]) {
    if (typeof source !== 'object') continue;
    for (const [name, text] of Object.entries(source)) if (typeof text === 'string') texts[name] = text;
  }
  return texts as unknown as Texts;
}

/**
 * Whether a folded answer says yes or no, in a language that is known here or in these words: by its first word, where no
 * other says the opposite. Null: neither.
 */
export function meaningIn(answer: string, own?: Pick<Texts, 'yes' | 'no'>): boolean | null {
  const known = [...Object.values(KNOWN), ...(own === undefined ? [] : [own])];
  const whole = meaningOf(answer, known);
  if (whole !== null) return whole;
  const words = answer.split(/[^\p{L}\p{N}]+/u).map((word) => meaningOf(word, known));
  const [first = null] = words;
  return first === null || words.includes(!first) ? null : first;
}

function meaningOf(word: string, texts: readonly Pick<Texts, 'yes' | 'no'>[]): boolean | null {
  if (word === 'y' || texts.some(({ yes }) => fold(yes) === word)) return true;
  return word === 'n' || texts.some(({ no }) => fold(no) === word) ? false : null;
}

/** In English, and in the language of these texts. */
export function helpWordsOf(texts: Pick<Texts, 'helpWords'>): readonly string[] {
  return [ENGLISH, texts].flatMap(({ helpWords }) => helpWords.split(' '));
}

/** The zeros of digits that phones of our users write. */
const ZEROS = [
  0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50,
  0x0ed0, 0x0f20, 0x1040, 0x17e0, 0xff10,
];
const NINE = 9;

/** Digits of all scripts as those of ASCII. */
export function plainDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    const zero = ZEROS.find((first) => code >= first && code <= first + NINE);
    return zero === undefined ? digit : String(code - zero);
  });
}

/** What is typed most: a word or a number, with nothing to fold but its case. */
const PLAIN_WORD = /^[0-9a-z]+$/i;

/** Without case, accents, and points at the end: what somebody means who types on a phone. */
export function fold(text: string): string {
  if (PLAIN_WORD.test(text)) return text.toLowerCase();
  return plainDigits(text)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[\s.,!?;:]+$/u, '')
    .trim();
}
