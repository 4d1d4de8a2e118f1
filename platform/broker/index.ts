export { createConnector, queueConnector } from './connectors.ts';
export { directFlow, type DirectFlowOptions } from './direct-flow.ts';
export { openEmbeddedBroker, type EmbeddedBrokerOptions } from './embedded/embedded-broker.ts';
export { measuredBroker } from './measured-broker.ts';
export { queueFlow, type FlowMessages } from './queue-flow.ts';
export { connectRabbitBroker, type RabbitBrokerOptions } from './rabbit/rabbit-broker.ts';
export type { QueueType } from './rabbit/rabbit-topology.ts';
