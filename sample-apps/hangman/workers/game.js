/** @typedef {{ word: string, guesses: string }} Game */

const WORDS = ['water', 'soap', 'clinic', 'towel', 'nurse', 'basin'];
/** How many guesses for each letter of the word a title costs at most. */
const TITLES = /** @type {const} */ ([
  [1, 'Flawless'],
  [1.5, 'Splendid'],
  [2, 'Good'],
  [3, 'Not bad'],
  [4, 'Just so'],
]);

/**
 * The n-th game: everybody gets the same words, in turn.
 * @param {number} n
 * @returns {Game}
 */
export function newGame(n) {
  return { word: WORDS[n % WORDS.length] ?? 'water', guesses: '' };
}

/**
 * The game after a guess, and what to say about it.
 * @param {Game} game
 * @param {string} text
 * @returns {{ game: Game, note: string }}
 */
export function guess(game, text) {
  const letter = text.trim().toLowerCase();
  if (!/^[a-z]$/.test(letter)) return { game, note: 'One letter, please.' };
  if (game.guesses.includes(letter)) return { game, note: `You had ${letter} before.` };
  const note = game.word.includes(letter) ? `Yes, ${letter}!` : `No ${letter}.`;
  return { game: { ...game, guesses: game.guesses + letter }, note };
}

/** @param {Game} game */
export function isWon({ word, guesses }) {
  return word.split('').every((letter) => guesses.includes(letter));
}

/** @param {Game} game */
export function praise({ word, guesses }) {
  const cost = guesses.length / new Set(word).size;
  const title = TITLES.find(([most]) => cost <= most)?.[1] ?? 'At last';
  return `${title}: ${word} in ${guesses.length} guesses.`;
}

/**
 * The game as a phone shows it.
 * @param {Game} game
 * @param {string} note
 */
export function show({ word, guesses }, note) {
  const shown = word
    .split('')
    .map((letter) => (guesses.includes(letter) ? letter : '_'))
    .join(' ');
  return [note, shown, 'Your letter? (0 to stop)'].join('\n');
}
