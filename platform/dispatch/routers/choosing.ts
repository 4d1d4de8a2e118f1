import { DEFAULT_ENDPOINT, VumiError, type End } from '@vumi/core';
import { z } from 'zod';
import type { Router, RouterPorts } from '../router.ts';
import { checkTargets } from './names.ts';
import { toInbound, toOutbound } from './routed.ts';
import { createSenderMemory, memoryOptions } from './sender-memory.ts';

/** Options of routers that choose one of several connectors for each message. */
export const choosingOptions = {
  reply_affinity: z
    .boolean()
    .default(true)
    .describe(
      'Replies go back by the transport that their message came by, and wait for it when it is down.',
    ),
  ...memoryOptions,
};

interface ChoosingOptions {
  readonly reply_affinity: boolean;
  readonly dispatcher_name?: string | undefined;
  readonly expire_routing_memory: number;
}

/** What is chosen among, for one connector. */
export interface Choice {
  /** At least one. */
  readonly targets: readonly string[];
  /** One of the targets, for a user. */
  choose(user: string): string;
}

/**
 * A router that sends each message to one of several connectors; events go back to the application that sent their
 * message. `choices` is by the connector that a message comes from, on either side: what comes from a transport goes to
 * an application and the other way round.
 */
export function createChoosingRouter(
  choices: ReadonlyMap<string, Choice>,
  options: ChoosingOptions,
  ports: RouterPorts,
): Router {
  const { logger } = ports;
  const memory = createSenderMemory(options, ports);
  checkChoices(choices, ports);
  // Now, so that it is known when the first message comes.
  for (const target of [...choices.values()].flatMap(({ targets }) => targets)) ports.isUp?.(target);
  return {
    async inbound(message, from) {
      const choice = choices.get(from.connector);
      if (choice === undefined) {
        logger.error(
          { message_id: message.message_id, ...from },
          'no entry in routes for this connector: dropped',
        );
        return [];
      }
      return toInbound(message, [choice.choose(message.from_addr ?? message.message_id)], from);
    },
    event: (event) => memory.toSender(event),
    async outbound(message, from) {
      const choice = choices.get(from.connector);
      if (choice === undefined) throw noWay(from);
      const cameBy = message.in_reply_to === null ? null : message.transport_name;
      const isBound = options.reply_affinity && cameBy !== null && choice.targets.includes(cameBy);
      const transport = isBound ? cameBy : choice.choose(message.to_addr ?? message.message_id);
      await memory.remember(message, from);
      return toOutbound(message, [transport], from);
    },
  };
}

function noWay({ connector, endpoint }: End): VumiError {
  const named = endpoint === DEFAULT_ENDPOINT ? '' : ` (endpoint "${endpoint}")`;
  return new VumiError('route.none', `"${connector}"${named} leads nowhere; add it to routes`);
}

function checkChoices(choices: ReadonlyMap<string, Choice>, { transports, applications }: RouterPorts): void {
  const all = [...transports, ...applications];
  checkTargets(choices.keys(), { option: 'routes', names: all, list: 'transport_names or exposed_names' });
  for (const [connector, { targets }] of choices) {
    const option = `routes.${connector}`;
    if (targets.length === 0) {
      throw new VumiError('config.invalid', `"${option}" needs a connector`, { field: option });
    }
    checkTargets(
      targets,
      transports.includes(connector)
        ? { option, names: applications, list: 'exposed_names' }
        : { option, names: transports, list: 'transport_names' },
    );
  }
}
