import { parseInput, type Clock, type KeyedState, type Logger, type Middleware } from '@vumi/core';
import type { Store } from '@vumi/store';
import type { z } from 'zod';
import { fromHandlers, type MiddlewareHandlers } from './handlers.ts';

/** What a middleware works with. */
export interface MiddlewarePorts {
  /** The worker's, and the middleware's own in its configuration. */
  readonly worker: string;
  readonly name: string;
  readonly state: KeyedState;
  /** Null in a worker that runs without a database. */
  readonly store: Store | null;
  /** Sends datapoints, as Vumi writes them, to whoever aggregates them; without anybody they go nowhere. */
  readonly publishMetrics: (body: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A middleware of one worker. What it has opened is closed when it is disposed of. */
export interface RunningMiddleware extends AsyncDisposable {
  readonly handle: Middleware;
}

interface Closing {
  /** Called once, when no message can come any more. */
  close?(): Promise<void>;
}

/** One function around everything that follows, or handlers by what passes. */
export type MiddlewareParts = Closing & ({ readonly handle: Middleware } | MiddlewareHandlers);

/** A kind of middleware, as the registry holds it. */
export interface MiddlewareType {
  readonly type: string;
  /** Vumi's class names: with the module's path before it, and alone. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly configSchema: z.ZodType;
  /** Throws `config.invalid`. */
  start(config: unknown, ports: MiddlewarePorts): Promise<RunningMiddleware>;
}

interface MiddlewareDefinition<S extends z.ZodType> extends Omit<
  MiddlewareType,
  'aliases' | 'configSchema' | 'start'
> {
  readonly aliases?: readonly string[];
  readonly configSchema: S;
  start(config: z.infer<S>, ports: MiddlewarePorts): MiddlewareParts | Promise<MiddlewareParts>;
}

/** Erases the type of the configuration by parsing inside, so that one record holds all middleware. */
export function defineMiddleware<S extends z.ZodType>(definition: MiddlewareDefinition<S>): MiddlewareType {
  return {
    aliases: [],
    ...definition,
    start: async (config, ports) => {
      const parsed = parseInput(definition.configSchema, config, 'config.invalid');
      const parts = await definition.start(parsed, ports);
      let closed: Promise<void> | null = null;
      return {
        handle: 'handle' in parts ? parts.handle : fromHandlers(ports.name, parts),
        [Symbol.asyncDispose]: () => (closed ??= parts.close?.() ?? Promise.resolve()),
      };
    },
  };
}
