/** @typedef {{ text: string, choices: readonly string[], right: number }} Question */

/** @type {readonly Question[]} */
export const questions = [
  {
    text: 'How long should you wash your hands?',
    choices: ['5 seconds', '20 seconds', '2 minutes'],
    right: 1,
  },
  {
    text: 'What kills most germs?',
    choices: ['Cold water alone', 'A dry towel', 'Water and soap'],
    right: 2,
  },
  {
    text: 'When should you wash them?',
    choices: ['Before you eat', 'Once a day', 'When they look dirty'],
    right: 0,
  },
];

/**
 * The question as a phone shows it.
 * @param {number} index
 */
export function ask(index) {
  const question = questions[index];
  if (question === undefined) throw new RangeError(`there is no question ${index}`);
  const choices = question.choices.map((choice, at) => `${letter(at)}) ${choice}`);
  return [`${index + 1}/${questions.length} ${question.text}`, ...choices].join('\n');
}

/**
 * Which choice an answer means: its letter ("b", "B)"), its number, or its text; null when it is none of these.
 * @param {Question} question
 * @param {string} answer
 */
export function choose(question, answer) {
  const said = answer
    .trim()
    .toLowerCase()
    .replace(/[).!]+$/, '');
  const found = question.choices.findIndex(
    (choice, at) => said === letter(at) || said === String(at + 1) || said === choice.toLowerCase(),
  );
  return found < 0 ? null : found;
}

/** @param {number} at */
function letter(at) {
  return String.fromCharCode('a'.charCodeAt(0) + at);
}
