import type { App } from '../app.ts';
import type { LinkOptions } from '../links.ts';
import { secondsOf, type Duration } from './durations.ts';
import type { HostLinks } from './host-links.ts';
import type { Talk } from './journal.ts';

const LONGEST_S = 7 * 86_400;

interface Linking {
  readonly app: App;
  readonly talk: Pick<Talk, 'id'>;
  readonly way: { readonly to: string; readonly transport_type: string | null; readonly endpoint: string };
  /** Of the question that its page answers; null: it answers none. */
  readonly tag: string | null;
}

/** A link that ends with its conversation. */
export function makeLink(
  path: string,
  given: LinkOptions & { readonly within?: Duration },
  { app, talk, way, tag }: Linking,
): Promise<string> {
  const { id } = talk;
  const links = app.links as HostLinks;
  const options = { ...given, talk: { to: way.to, id } };
  if (tag === null) return links.make(path, options);
  const question = { ...way, talk: id, tag, since: app.now };
  return links.make(path, { expires: openFor(given.within), ...options, question });
}

/** As long as its question waits, where a link can be opened for so long. */
function openFor(within: Duration = '1 day'): Duration {
  return secondsOf(within) < LONGEST_S ? within : '7 days';
}
