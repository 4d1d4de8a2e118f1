/** What a change of a route does, as far as it can be known before. */
export interface RouteProof {
  readonly warnings: readonly RouteWarning[];
  /** Null: what was written to the number could not be read in time. */
  readonly history: RouteHistory | null;
}

export interface RouteWarning {
  /**
   * `near`: a keyword that people or eyes mistake for another, or that is an answer to another app's question; `stop_word`: one that the platform heeds, or that people
   * write who are lost; `unreachable`: no message comes by the route; `no_rule`: what begins with no keyword goes nowhere.
   */
  readonly kind: 'near' | 'stop_word' | 'unreachable' | 'no_rule';
  /** For people. */
  readonly message: string;
  /** The other route; null: there is none, or it is another account's. */
  readonly route: string | null;
}

/** A word that a question of an app takes. */
export interface MenuWord {
  readonly word: string;
  /** Where that stands: `workers/worker.js:12`. */
  readonly place: string;
  /** By what: `choose "In a city"`, `interrupts`, `takes`. */
  readonly by: string;
  /** Whether its beginning is taken for it, from three letters on. */
  readonly mayBeCut: boolean;
}

/** Messages of the last 30 days, routed as before and as after the change; open conversations are not looked at. */
export interface RouteHistory {
  readonly since: string;
  readonly messages: number;
  /** Whether there were more, of which these are some of each hour. */
  readonly sampled: boolean;
  readonly moved: number;
  /** The most frequent first. */
  readonly moves: readonly RouteMove[];
}

export interface RouteMove {
  /** An app or a connector; `another account`; null: nobody. */
  readonly from: string | null;
  readonly to: string | null;
  readonly messages: number;
  /** How some of them begin; of no other account. */
  readonly examples: readonly string[];
  /** Whether somebody else loses them: they came neither by the route that is changed nor by none. */
  readonly taken: boolean;
}

/** How many messages a change takes from others. */
export function takenBy({ history }: RouteProof): number {
  return (history?.moves ?? []).reduce((sum, { taken, messages }) => sum + (taken ? messages : 0), 0);
}

/** In one sentence, for people. */
export function describeMoves({ messages, sampled, moved, moves }: RouteHistory): string {
  const written = `${count(messages)} message${messages === 1 ? '' : 's'}`;
  const of = `${written}${sampled ? ' out of those' : ''} of the last 30 days`;
  const parts = moves.map(({ from, to, messages: some, examples }) => {
    const texts = examples.map((text) => JSON.stringify(text)).join(', ');
    return `${count(some)} from ${from ?? 'nobody'} to ${to ?? 'nobody'}${texts === '' ? '' : ` (${texts}, …)`}`;
  });
  return `of ${of} ${count(moved)} would go elsewhere: ${parts.join('; ')}`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
