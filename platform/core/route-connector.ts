import { VumiError } from './errors.ts';
import { interfaceConnector } from './interface.ts';
import { nameSchema } from './names.ts';

const APP = 'app:';
const SMPP_CLIENT = 'smpp_client:';
const INTERFACE = 'interface:';

/** Where a route leads: to an app of its account, to one of its SMPP clients, or to any other connector. */
export interface RouteTarget {
  readonly app: string | null;
  readonly smpp_client: string | null;
  /** `app:NAME`, `smpp_client:SYSTEM_ID`, or the connector's name, such as an HTTP relay's or an interface's. */
  readonly connector: string;
}

export type RouteTargetInput = { readonly [F in keyof RouteTarget]?: string | null | undefined };

/** Connectors of the platform's own, which lead where no route may: into the queues of all apps, and to the API. */
const RESERVED = /^(?:api|sandbox_\d+)$/;

/**
 * Reads where a route of an account is to lead, which one of the three says; `interface:NAME` is one of its interfaces.
 * Throws `request.invalid`.
 */
export function readRouteTarget(input: RouteTargetInput & { readonly account: string }): RouteTarget {
  const { account, app = null, smpp_client = null, connector = null } = input;
  const given = [app, smpp_client, connector].filter((one) => one !== null);
  if (given.length !== 1) {
    const text =
      'a route leads to an "app", to an "smpp_client", or to another "connector": name one of them';
    throw new VumiError('request.invalid', text, { field: 'app' });
  }
  if (app !== null) return { app, smpp_client, connector: APP + app };
  if (smpp_client !== null) return { app, smpp_client, connector: SMPP_CLIENT + smpp_client };
  return targetOfConnector(connector ?? '', account);
}

function targetOfConnector(connector: string, account: string): RouteTarget {
  if (connector.startsWith(APP)) return { app: connector.slice(APP.length), smpp_client: null, connector };
  if (connector.startsWith(SMPP_CLIENT)) {
    return { app: null, smpp_client: connector.slice(SMPP_CLIENT.length), connector };
  }
  const isInterface = connector.startsWith(INTERFACE);
  const name = isInterface ? connector.slice(INTERFACE.length) : connector;
  const why = faultOf(name) ?? (RESERVED.test(connector) ? "it is the platform's own" : null);
  if (why === null) {
    const own = isInterface ? interfaceConnector(account, name) : connector;
    return { app: null, smpp_client: null, connector: own };
  }
  throw new VumiError('request.invalid', `"${connector}" is no connector for a route: ${why}`, {
    field: 'connector',
  });
}

/** Why it is no name; null: it is one. */
function faultOf(name: string): string | null {
  const { success, error } = nameSchema.safeParse(name);
  return success ? null : (error.issues[0]?.message ?? '');
}
