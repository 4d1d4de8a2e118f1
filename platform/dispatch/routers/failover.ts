import { z } from 'zod';
import { defineRouter } from '../router.ts';
import { choosingOptions, createChoosingRouter, type Choice } from './choosing.ts';
import { mapOf, namesSchema } from './names.ts';

/**
 * To the first connector of a list that is up; no Vumi had it. Whether one is up the dispatcher says (`isUp`); when none
 * is, messages wait in the queue of the first. A message is handed to one connector only and stays there: what waits for
 * a transport that went down later is not taken back, so that nothing is sent twice.
 */
export const failoverRouter = defineRouter({
  type: 'failover',
  aliases: [],
  summary: 'to the first connector of a list that is up',
  configSchema: z.strictObject({
    routes: z
      .record(z.string(), namesSchema)
      .describe('Connector that messages come from to the connectors that they go to, the best first.'),
    ...choosingOptions,
  }),
  async create({ routes, ...options }, ports) {
    const { isUp = () => true } = ports;
    const choiceOf = (targets: readonly string[]): Choice => ({
      targets,
      choose: () => targets.find((target) => isUp(target)) ?? targets[0] ?? '',
    });
    const choices = [...mapOf(routes)].map(([connector, targets]) => [connector, choiceOf(targets)] as const);
    return createChoosingRouter(new Map(choices), options, ports);
  },
});
