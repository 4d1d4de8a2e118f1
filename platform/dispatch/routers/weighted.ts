import { z } from 'zod';
import { pickShare } from '../pick-route.ts';
import { defineRouter } from '../router.ts';
import { choosingOptions, createChoosingRouter, type Choice } from './choosing.ts';
import { mapOf } from './names.ts';

/**
 * Splits users among connectors by weight; no Vumi had it. A user stays with his, by a hash and without any memory: the
 * same in every process, and when a weight changes or a connector goes down only as many users move as must (weighted
 * rendezvous hashing). Connectors that are down, as the dispatcher knows (`isUp`), get nothing while another is up.
 */
export const weightedRouter = defineRouter({
  type: 'weighted',
  aliases: [],
  summary: 'splits users among connectors by weight; each stays with his',
  configSchema: z.strictObject({
    routes: z
      .record(z.string(), z.record(z.string(), z.number().positive()))
      .describe('Connector that messages come from to the connectors that they go to, each with its weight.'),
    ...choosingOptions,
  }),
  async create({ routes, ...options }, ports) {
    const { isUp = () => true } = ports;
    const choiceOf = (weights: Readonly<Record<string, number>>): Choice => {
      const shares = Object.entries(weights).map(([name, weight]) => ({ name, weight }));
      return {
        targets: shares.map(({ name }) => name),
        choose: (user) => pickShare(shares, user, ({ name }) => isUp(name))?.name ?? '',
      };
    };
    const choices = [...mapOf(routes)].map(([connector, weights]) => [connector, choiceOf(weights)] as const);
    return createChoosingRouter(new Map(choices), options, ports);
  },
});
