/** How a component is: Vumi's words, and Junebug's rule that the worst one counts (spec vumi-go §5). */
const LEVELS = ['ok', 'degraded', 'down'] as const;
export type Level = (typeof LEVELS)[number];

/** The worst of several; of none: ok. */
export function worstOf(levels: Iterable<Level>): Level {
  let worst: Level = 'ok';
  for (const level of levels) if (LEVELS.indexOf(level) > LEVELS.indexOf(worst)) worst = level;
  return worst;
}
