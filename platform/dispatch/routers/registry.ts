import type { RouterType } from '../router.ts';
import { contentKeywordRouter } from './content-keyword.ts';
import { failoverRouter } from './failover.ts';
import { fromAddrMultiplexRouter } from './from-addr-multiplex.ts';
import { loadBalancingRouter } from './load-balancing.ts';
import { redirectRouter } from './redirect.ts';
import { routingTableRouter } from './routing-table.ts';
import { simpleRouter } from './simple.ts';
import { toAddrRouter } from './to-addr.ts';
import { transportToTransportRouter } from './transport-to-transport.ts';
import { userGroupingRouter } from './user-grouping.ts';
import { weightedRouter } from './weighted.ts';

/** Every kind of router; a new one is a file and a line here. */
export const routerTypes = {
  simple: simpleRouter,
  transport_to_transport: transportToTransportRouter,
  to_addr: toAddrRouter,
  from_addr_multiplex: fromAddrMultiplexRouter,
  user_grouping: userGroupingRouter,
  content_keyword: contentKeywordRouter,
  redirect: redirectRouter,
  load_balancing: loadBalancingRouter,
  routing_table: routingTableRouter,
  failover: failoverRouter,
  weighted: weightedRouter,
} as const satisfies Record<string, RouterType>;
