import { usageError } from '../exit.ts';

/** Where an endpoint of an app leads. */
export interface GoRoute {
  readonly endpoint: string;
  readonly transport: string;
  readonly to: string | null;
  readonly keyword: string | null;
}

/** Reads `sms=smsc:12345:join`, `default=smsc:*120*1#`, `smsc:12345`, which is of the endpoint `default`. */
export function parseGoRoute(text: string): GoRoute {
  const [, endpoint = 'default', transport = '', to, keyword] =
    /^(?:([\w.-]+)=)?([\w.-]+)(?::([^:]+))?(?::(\S+))?$/.exec(text) ?? [];
  if (transport === '')
    throw usageError(
      `--route reads ENDPOINT=TRANSPORT:NUMBER, with :KEYWORD behind where one is shared; not "${text}"`,
    );
  return { endpoint, transport, to: to ?? null, keyword: keyword ?? null };
}

export function routeName(app: string, endpoint: string): string {
  return endpoint === 'default' ? app : `${app}-${endpoint.toLowerCase()}`.slice(0, 63);
}
