import { chances } from '../chance.ts';
import type { PersonaName, Scenario } from '../scenario.ts';
import { addressOf } from '../script.ts';
import { Refusals } from './answers.ts';
import type { Handset } from './handset.ts';
import { cast } from './personas.ts';
import { Subscriber } from './subscriber.ts';

/** How a run of the wall is asked for. */
export interface WallOptions {
  readonly phones: number;
  readonly seed: number;
  /** Hears who is there, before anybody does anything. */
  readonly onCast?: (subscribers: readonly Subscriber[]) => void;
  /** Hears of each change at a phone. */
  readonly onChange?: (subscriber: Subscriber) => void;
  /** Ends the run: it rejects. */
  readonly signal?: AbortSignal;
}

/** Phones of one seed at most; those of another seed are other people. */
export const MOST_PHONES = 10_000;
const SEEDS = 20_000;

/** Whose a handset is. */
export interface Owner {
  readonly persona: PersonaName;
  readonly phone: number;
}

/** All who are on the wall, each with a phone, or two, that `open` gives him. */
export function subscribersOf(
  scenario: Scenario,
  { phones, seed, onCast, onChange }: WallOptions,
  open: (address: string, owner: Owner) => Handset,
): readonly Subscriber[] {
  const refusals = new Refusals();
  const subscribers = cast(scenario, phones, seed).map((persona, phone) => {
    const first = open(numberOf(seed, phone), { persona, phone });
    const others =
      persona === 'twoPhones' ? [open(numberOf(seed, MOST_PHONES + phone), { persona, phone })] : [];
    return new Subscriber({
      persona,
      phone,
      handsets: [first, ...others],
      scenario,
      refusals,
      chance: chances(seed * MOST_PHONES + phone),
      onChange: (subscriber) => onChange?.(subscriber),
    });
  });
  onCast?.(subscribers);
  return subscribers;
}

/** Half of a seed's numbers are for second phones. */
function numberOf(seed: number, phone: number): string {
  return addressOf((Math.abs(seed) % SEEDS) * 2 * MOST_PHONES + phone);
}
