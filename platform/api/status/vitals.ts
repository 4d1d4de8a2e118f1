import { routingKey } from '@vumi/core';
import type { PlatformVitals } from '../ports.ts';
import type { StatusPorts } from './ports.ts';

/** What runs, and what waits in front of apps and transports. Rejects while state or broker do not answer. */
export async function platformVitals(ports: StatusPorts): Promise<PlatformVitals> {
  const [processes, queues] = await Promise.all([ports.processes(), depths(ports)]);
  return { roles: ports.roles, processes, queues };
}

/** Queues of failures are none of these: there is one only after the first failure, and RabbitMQ logs who asks before. */
function depths({ broker, catalog, appConnectors }: StatusPorts): Promise<PlatformVitals['queues']> {
  const names = [
    ...appConnectors.flatMap((name) => [routingKey(name, 'inbound'), routingKey(name, 'event')]),
    ...[...catalog.table().transports].map((name) => routingKey(name, 'outbound')),
  ];
  return Promise.all(names.map(async (queue) => ({ queue, messages: await broker.depth(queue) })));
}
