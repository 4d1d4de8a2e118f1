import { VumiError, type KeyedState } from '@vumi/core';
import { z } from 'zod';
import { defineRouter } from '../router.ts';
import {
  routeByTransport,
  routeMappingsSchema,
  sendByName,
  transportMappingsSchema,
} from './by-transport.ts';
import { checkTargets, mapOf, namesSchema } from './names.ts';
import { toInbound } from './routed.ts';
import { createSenderMemory, memoryOptions } from './sender-memory.ts';

/**
 * Users in groups of equal size, each of which has its application (spec vumi-core §3): a new user goes to the next
 * group in the order of their names and stays there. Keeps `<dispatcher>:round-robin` and `<dispatcher>:user:<from_addr>`
 * without expiry, where a Python Vumi on the same Redis keeps them. Decided: a user whose group is not configured any
 * more gets another one; a message without from_addr goes to the next group and is not remembered; events go by
 * route_mappings as Vumi's, and without any to the sender of their message.
 */
export const userGroupingRouter = defineRouter({
  type: 'user_grouping',
  aliases: ['vumi.dispatchers.UserGroupingRouter', 'vumi.dispatchers.base.UserGroupingRouter'],
  summary: 'each user to one of several groups in turn, and each group to its application',
  configSchema: z.strictObject({
    group_mappings: z
      .record(z.string(), namesSchema)
      .describe('Group to the exposed name, or names, that get the messages of its users.'),
    route_mappings: routeMappingsSchema.optional(),
    transport_mappings: transportMappingsSchema,
    ...memoryOptions,
  }),
  async create(config, ports) {
    const groups = mapOf(config.group_mappings);
    if (groups.size === 0) {
      throw new VumiError('config.invalid', '"group_mappings" needs a group', { field: 'group_mappings' });
    }
    checkTargets([...groups.values()].flat(), {
      option: 'group_mappings',
      names: ports.applications,
      list: 'exposed_names',
    });
    const { state, dispatcher } = ports;
    const groupOf = createGrouping([...groups.keys()].sort(), config.dispatcher_name ?? dispatcher, state);
    const send = sendByName(config.transport_mappings, ports);
    const memory = createSenderMemory(config, ports);
    const byRoute =
      config.route_mappings === undefined ? null : routeByTransport(config.route_mappings, ports);
    return {
      inbound: async (message, from) =>
        toInbound(message, groups.get(await groupOf(message.from_addr)) ?? [], from),
      event: (event, from) => byRoute?.event(event, from) ?? memory.toSender(event),
      async outbound(message, from) {
        const routed = await send(message, from);
        if (byRoute === null) await memory.remember(message, from);
        return routed;
      },
    };
  },
});

/** The group of a user; of two processes that meet a new one at once, one decides. */
function createGrouping(
  groups: readonly string[],
  dispatcher: string,
  state: KeyedState,
): (user: string | null) => Promise<string> {
  const nextGroup = async (): Promise<string> => {
    const turn = await state.increment(`${dispatcher}:round-robin`, 1);
    return groups[(((turn - 1) % groups.length) + groups.length) % groups.length] ?? '';
  };
  return async (user) => {
    if (user === null) return nextGroup();
    const key = `${dispatcher}:user:${user}`;
    const known = await state.get(key);
    if (known !== null && groups.includes(known)) return known;
    const group = await nextGroup();
    if (known !== null) await state.set(key, group);
    else if (!(await state.setIfAbsent(key, group))) return (await state.get(key)) ?? group;
    return group;
  };
}
