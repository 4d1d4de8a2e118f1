import type { Router } from '../router.ts';
import type { Worker, WorkerPorts } from '@vumi/runtime';
import { createDispatcher } from '../dispatcher.ts';
import { inOrder } from '../in-order.ts';
import { endsOf, joinApplication, joinTransport } from './joining.ts';

export interface FixedConnectors {
  readonly transports: readonly string[];
  readonly applications: readonly string[];
  readonly prefetch: number;
}

/** Joins connectors that do not change while it runs. */
export async function runDispatcher(
  router: Router,
  { transports, applications, prefetch }: FixedConnectors,
  { ends, middleware, logger }: Pick<WorkerPorts, 'ends' | 'middleware' | 'logger'>,
): Promise<Worker> {
  await using stack = new AsyncDisposableStack();
  const dispatcher = inOrder(createDispatcher({ router, ends: endsOf(ends), middleware, logger }));
  const options = { ends, prefetch };
  for (const name of applications) stack.use(await joinApplication(name, dispatcher, options));
  for (const name of transports) {
    for (const subscription of await joinTransport(name, dispatcher, options)) stack.use(subscription);
  }
  const owned = stack.move();
  const text = `joins ${transports.length} transports and ${applications.length} applications`;
  return {
    status: () => ({ status: 'ok', message: text }),
    gauges: () => ({}),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
