import { z } from 'zod';
import { isFaults, NOT_SERVED_QUEUE, readBody, url } from './body.ts';
import type { JunebugError } from './envelope.ts';

const text = z.string().nullable().optional();
const metadata = z.record(z.string(), z.unknown()).optional();

const newRouterSchema = z.object({
  type: z.string(),
  label: text,
  metadata,
  config: z.object({ channel: z.string() }),
});
const routerChangeSchema = newRouterSchema.partial();
export type NewRouter = z.infer<typeof newRouterSchema>;
export type RouterChange = z.infer<typeof routerChangeSchema>;

const newDestinationSchema = z.object({
  label: text,
  metadata,
  config: z.object({ regular_expression: z.string(), default: z.boolean().optional() }),
  mo_url: url,
  mo_url_auth_token: text,
  amqp_queue: text,
  character_limit: z.int().min(1).nullable().optional(),
});
const destinationChangeSchema = newDestinationSchema.partial();
export type NewDestination = z.infer<typeof newDestinationSchema>;
export type DestinationChange = z.infer<typeof destinationChangeSchema>;

/** The only one that Junebug has. */
export const ROUTER_TYPE = 'from_address';

/** Reads a router, or says what is wrong with it. */
export function readNewRouter(body: Buffer): NewRouter | readonly JunebugError[] {
  return checkRouter(readBody(newRouterSchema, body));
}

/** Reads what is to be otherwise of a router, or says what is wrong with it. */
export function readRouterChange(body: Buffer): RouterChange | readonly JunebugError[] {
  return checkRouter(readBody(routerChangeSchema, body));
}

export function readNewDestination(body: Buffer): NewDestination | readonly JunebugError[] {
  return checkDestination(readBody(newDestinationSchema, body));
}

export function readDestinationChange(body: Buffer): DestinationChange | readonly JunebugError[] {
  return checkDestination(readBody(destinationChangeSchema, body));
}

function checkRouter<T extends RouterChange>(
  router: T | readonly JunebugError[],
): T | readonly JunebugError[] {
  if (isFaults(router)) return router;
  const { type = ROUTER_TYPE } = router;
  if (type === ROUTER_TYPE) return router;
  const message = `Invalid router type ${type}, must be one of: ${ROUTER_TYPE}`;
  return [{ type: 'InvalidRouterType', message }];
}

function checkDestination<T extends DestinationChange>(
  destination: T | readonly JunebugError[],
): T | readonly JunebugError[] {
  return isFaults(destination) || destination.amqp_queue == null ? destination : [NOT_SERVED_QUEUE];
}
