import type { StoreEffect } from '@vumi/core';
import type { LoadedApp } from '../supervisor/app.ts';
import type { TurnOrigin } from '../supervisor/effects-commit.ts';

/** What one run of a handler has left with the supervisor so far. It is dropped when the run is lost or fails. */
export class TurnEffects {
  readonly store: StoreEffect[] = [];
}

/** The run that asks: whose it is, and what it leaves behind. */
export interface TurnScope {
  readonly origin: TurnOrigin;
  readonly app: LoadedApp;
  /** Milliseconds since the epoch, the same during the whole run. */
  readonly now: number;
  readonly effects: TurnEffects;
}
