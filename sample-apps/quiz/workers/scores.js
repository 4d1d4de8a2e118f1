/** @typedef {{ player: string, best: number, games: number }} Score */

const KEPT = 20;

/**
 * The table with one more game in it: best first, and no longer than a page shows.
 * @param {readonly Score[]} scores
 * @param {string} number
 * @param {number} right
 * @returns {Score[]}
 */
export function withGame(scores, number, right) {
  const player = mask(number);
  const before = scores.find((score) => score.player === player) ?? { player, best: 0, games: 0 };
  const now = { player, best: Math.max(before.best, right), games: before.games + 1 };
  return [...scores.filter((score) => score.player !== player), now]
    .sort((a, b) => b.best - a.best || a.games - b.games)
    .slice(0, KEPT);
}

/**
 * Everybody can read the page: a number shows its end only.
 * @param {string} number
 */
function mask(number) {
  return `…${number.slice(-4)}`;
}
