import type { HttpPlace, HttpPort } from '@vumi/http';
import type { CallerConfig } from './options.ts';

type PlaceConfig = Pick<CallerConfig, 'web_path' | 'web_port' | 'web_host' | 'secret_path' | 'health_path'>;

/** Where handlers go: the transport's place on the platform's listener, or a listener of its own. */
export async function openPlace(config: PlaceConfig, http: HttpPort): Promise<HttpPlace & AsyncDisposable> {
  const { web_port: port, web_host: host } = config;
  if (port !== undefined) return http.listen({ host, port });
  return {
    mount: (path, handler, options) => http.mount(path, handler, options),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The path of a route, with the secret at its end. */
export function routePath({ web_path, secret_path }: PlaceConfig, path: string): string {
  const secret = secret_path === '' ? '' : secret_path.reveal();
  const parts = [web_path, path, secret].flatMap((part) => part.split('/')).filter((part) => part !== '');
  return `/${parts.join('/')}`;
}

/** Where the network finds a route; null without a public URL. A listener of its own has none that we know. */
export function publicUrlOf(
  config: PlaceConfig,
  http: Pick<HttpPort, 'publicUrl'>,
  path: string,
): string | null {
  return config.web_port === undefined ? http.publicUrl(routePath(config, path)) : null;
}

/** Where it is for people: a whole URL, or below the transport's place. */
export function shownPath(config: PlaceConfig, path: string): string {
  const full = routePath(config, path);
  if (config.web_port === undefined) return full;
  const everywhere = config.web_host === '0.0.0.0' || config.web_host === '::';
  return `http://${everywhere ? 'localhost' : config.web_host}:${config.web_port}${full}`;
}

export function healthPath({ health_path }: PlaceConfig): string {
  return health_path.startsWith('/') ? health_path : `/${health_path}`;
}
