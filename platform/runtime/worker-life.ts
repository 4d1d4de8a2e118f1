import { errorText, type Logger } from '@vumi/core';
import { startDeadline } from '@vumi/machine';
import { requireType } from './find-type.ts';
import type { RuntimeServices } from './services.ts';
import type { TrackedEnds } from './wiring.ts';
import type { Worker, WorkerPorts, WorkerType } from './worker-type.ts';
import type { WorkerSpec } from './worker-spec.ts';

/** How long the handlers in progress may take before their worker is stopped all the same. */
const HANDLERS_MS = 10_000;

/** A worker that runs, with all that was opened for it. */
export interface WorkerLife {
  readonly worker: Worker;
  /** Consumers before the worker, the worker before what it works with. */
  end(): Promise<void>;
}

/** Starts a worker once. What was opened is closed when it fails. Throws `config.invalid` and what the type throws. */
export async function beginLife(spec: WorkerSpec, services: RuntimeServices): Promise<WorkerLife> {
  const logger = services.logger.child({ worker: spec.name });
  const type = requireType(services, spec.type);
  await using stack = new AsyncDisposableStack();
  const split = services.middleware(withAliasOptions(type, spec));
  const middleware = stack.use(await split.start(spec.name, logger));
  const takes = type.takesMiddleware === true;
  const ends = services.wiring.endsOf((own) =>
    takes ? middleware.aroundReports(own) : middleware.around(own),
  );
  const ending = new AbortController();
  const making = { services, ends, logger, signal: ending.signal, stack };
  const ports = { ...portsOf(spec, making), ...(takes ? { middleware: middleware.orders } : {}) };
  stack.defer(() => ends.stopConsumers());
  const worker = await type.start(split.config, ports);
  const owned = stack.move();
  return {
    worker,
    async end() {
      ending.abort(new Error('the worker was told to stop'));
      try {
        await withPatience(ends.stopConsumers(), logger);
        await worker[Symbol.asyncDispose]();
      } finally {
        await owned.disposeAsync();
      }
    },
  };
}

interface Making {
  readonly services: RuntimeServices;
  readonly ends: TrackedEnds;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly stack: AsyncDisposableStack;
}

function portsOf(spec: WorkerSpec, { services, ends, logger, signal, stack }: Making): WorkerPorts {
  const { broker, state, store, exchanges, clock, random } = services;
  let ledger: ReturnType<WorkerPorts['ledger']> | null = null;
  return {
    name: spec.name,
    ends: ends.ports,
    broker,
    state,
    ledger: () => (ledger ??= stack.use(services.openLedger(spec))),
    http: services.http(spec.name, logger),
    store,
    ...(exchanges === undefined ? {} : { exchanges }),
    clock,
    random,
    logger,
    signal,
  };
}

/** Throws `config.invalid` for an unknown type, wrong options, or a type that this process cannot run. */
export function checkSpec(spec: Pick<WorkerSpec, 'type' | 'config'>, services: RuntimeServices): WorkerType {
  const type = requireType(services, spec.type);
  type.ends(services.middleware(withAliasOptions(type, spec)).config);
  return type;
}

/** What is said wins over what the class name stands for. */
function withAliasOptions(type: WorkerType, spec: Pick<WorkerSpec, 'type' | 'config'>): unknown {
  const implied = type.optionsOf?.(spec.type);
  const isRecord = typeof spec.config === 'object' && spec.config !== null;
  return implied === undefined || !isRecord ? spec.config : { ...implied, ...spec.config };
}

async function withPatience(work: Promise<void>, logger: Logger): Promise<void> {
  const patience = Promise.withResolvers<undefined>();
  using _deadline = startDeadline({ limitMs: HANDLERS_MS }, () => patience.resolve(undefined));
  const failed = (error: unknown): void =>
    logger.warn({ reason: errorText(error) }, 'a consumer could not be ended');
  await Promise.race([work.catch(failed), patience.promise]);
}
