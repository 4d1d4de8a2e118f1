import { VumiError } from '@vumi/core';
import { MESSAGE_STATUSES } from '@vumi/store';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import { newestMessages } from '../newest-messages.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams } from '../query.ts';
import { pageOf, phoneMessageSchema } from '../resources.ts';
import { created, defineRoute, ok, type Route } from '../route.ts';

const PATH = '/accounts/:account/phone/messages';
const address = z.string().trim().min(1).max(160);
const phoneBody = jsonBody(
  z.strictObject({ from_addr: address, to_addr: address, content: z.string().min(1).max(40_000) }),
);
const phoneQuery = z.strictObject({
  address: address.describe('The number of the phone'),
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('The newest only'),
});
/** Of what a network has got. */
const SENT = MESSAGE_STATUSES.filter(
  (status) => !['queued', 'nack', 'failed', 'discarded', 'expired', 'cancelled'].includes(status),
);

/** A simulated phone for the apps of one account: it reaches no other's apps, and shows what no other has sent. */
export function accountPhoneRoutes(ports: ApiPorts): Route[] {
  const { simulator, store } = ports;
  return [
    defineRoute({
      method: 'POST',
      path: PATH,
      id: 'writeFromAccountPhone',
      audited: { unrecorded: 'it writes as a simulated phone: the message itself is the record' },
      summary: 'Write to an app of the account on a simulated phone; answered when the platform has taken it',
      access: accountScope('phone:write'),
      params: accountParams,
      body: phoneBody,
      answers: { 201: { description: 'Taken', schema: phoneMessageSchema } },
      handle: async ({ params: { account }, body }) => {
        if (simulator === null) throw noSimulator();
        if ((await ports.ownerOfSimulated(body)) !== account) {
          throw new VumiError(
            'route.none',
            `"${body.to_addr}" leads to no app of account "${account}" with this text: list its routes`,
            { field: 'to_addr' },
          );
        }
        return created({ ...body, ...(await simulator.inject(body)) });
      },
    }),
    defineRoute({
      method: 'GET',
      path: PATH,
      id: 'listAccountPhoneMessages',
      summary: 'What the account has sent to a phone, newest last',
      access: accountScope('messages:read'),
      params: accountParams,
      query: phoneQuery,
      answers: { 200: { description: 'Messages', schema: pageOf(phoneMessageSchema) } },
      handle: async ({ params: { account }, query }) => {
        if (simulator === null) throw noSimulator();
        const items = await newestMessages(store.messages, {
          account,
          direction: 'outbound',
          status: SENT,
          ...query,
        });
        const shown = items.map(({ message_id, from_addr, to_addr, content }) => ({
          message_id,
          from_addr: from_addr ?? '',
          to_addr: to_addr ?? '',
          content: content ?? '',
        }));
        return ok({ items: shown.toReversed(), next_cursor: null });
      },
    }),
  ];
}

function noSimulator(): VumiError {
  return new VumiError(
    'simulator.not_here',
    'this process runs no SMSC simulator: ask whoever runs the platform',
  );
}
