import { hash } from 'node:crypto';

/** How a way shares what it could take with others. */
export interface Share {
  /** Which of several this is, for the draw: the route's name. */
  readonly name: string;
  readonly weight?: number | null;
  readonly failover?: number | null;
}

/** Whether it is one of several on purpose. */
export function isShare({ weight = null, failover = null }: Share): boolean {
  return weight !== null || failover !== null;
}

/**
 * One of several for a user: of the lowest place at which one is up, by weight, the same one each time. When a weight
 * changes or one goes down, only as many users move as must (weighted rendezvous hashing). Where none is up it is one of
 * the first place, to wait there. A weight of 0 takes what no other can.
 */
export function pickShare<T extends Share>(
  shares: readonly T[],
  user: string,
  isUp: (share: T) => boolean,
): T | undefined {
  const up = shares.filter(isUp);
  const candidates = up.length > 0 ? up : shares;
  const first = Math.min(...candidates.map(placeOf));
  return heaviest(
    candidates.filter((share) => placeOf(share) === first),
    user,
  );
}

function placeOf({ failover }: Share): number {
  return failover ?? 0;
}

function heaviest<T extends Share>(shares: readonly T[], user: string): T | undefined {
  let best: T | undefined;
  let most = -Infinity;
  for (const share of shares) {
    const drawn = (share.weight ?? 1) / -Math.log(chance(`${user}\u0000${share.name}`));
    if (drawn > most) [best, most] = [share, drawn];
  }
  return best;
}

/** Hex digits of a hash that a number holds exactly. */
const DIGITS = 13;

/** Between 0 and 1, always the same for the same text. */
function chance(text: string): number {
  return (parseInt(hash('sha256', text, 'hex').slice(0, DIGITS), 16) + 1) / (16 ** DIGITS + 1);
}
