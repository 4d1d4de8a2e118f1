import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from 'koa';
import type { FailedTries } from './failed-tries.ts';
import { goTo } from './go-to.ts';
import { refuseOtherOrigins } from './origin.ts';
import {
  LINK_OVER_PAGE,
  LINK_PAGE,
  LINK_PIN_PAGE,
  showPage,
  TOO_MANY_TRIES_PAGE,
  WRONG_PIN_PAGE,
} from './pages.ts';
import type { HostingPorts } from './ports.ts';
import { secretCookie, secretsIn } from './secret-cookie.ts';
import type { Site } from './site.ts';

const LINK = /^\/l\/([^/]*)$/;
const CODE = /^[A-Za-z0-9_-]{16}$/;
/** Bytes of a form that holds nothing but some digits. */
const LONGEST_FORM = 256;

/** A user whose phone has opened a link in this browser. */
export interface Visitor {
  readonly user: string;
  readonly scopes: readonly string[];
  readonly secret: string;
}

/** Whose phone a request's cookie says has opened a link there; null: nobody's. */
export async function visitorOf(
  headers: Pick<IncomingHttpHeaders, 'cookie'>,
  { ref }: Site,
  ports: HostingPorts,
): Promise<Visitor | null> {
  for (const secret of secretsIn(headers, 'vumi-user', ports.secure)) {
    const found = await ports.links.visitor(ref, secret);
    if (found !== null) return { ...found, secret };
  }
  return null;
}

interface LinkPorts {
  readonly ports: HostingPorts;
  readonly tries: FailedTries;
}

/** Whether the request was for a link from a phone (spec authoring §9). */
export async function answerLink(ctx: Context, site: Site, { ports, tries }: LinkPorts): Promise<boolean> {
  const code = LINK.exec(ctx.path)?.[1];
  if (code === undefined) return false;
  const address = ports.addressOf(ctx.req);
  const wait = tries.begin(address);
  if (wait > 0) {
    ctx.set('Retry-After', String(wait));
    showPage(ctx, 429, TOO_MANY_TRIES_PAGE);
    return true;
  }
  // What another page sends opens nothing, and tells nothing: it is no try of who is here.
  let isNoGuess = true;
  try {
    isNoGuess = await (ctx.method === 'POST'
      ? open(ctx, site, { code, ports })
      : look(ctx, site, { code, ports }));
  } finally {
    if (isNoGuess) tries.forgive(address);
  }
  return true;
}

/** A person presses the button, not what looks at links before he does: this uses nothing up. */
async function look(
  ctx: Context,
  { ref }: Site,
  { code, ports }: { readonly code: string; readonly ports: HostingPorts },
): Promise<boolean> {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
    ctx.set('Allow', 'GET, HEAD, POST');
    ctx.status = 405;
    return true;
  }
  const link = CODE.test(code) ? await ports.links.look(ref, code) : null;
  if (link === null) showPage(ctx, 404, LINK_OVER_PAGE);
  else showPage(ctx, 200, link.asksPin ? LINK_PIN_PAGE : LINK_PAGE);
  return link !== null;
}

async function open(
  ctx: Context,
  { ref }: Site,
  { code, ports }: { readonly code: string; readonly ports: HostingPorts },
): Promise<boolean> {
  refuseOtherOrigins(ctx.headers, ports.secure);
  const pin = await pinOf(ctx);
  const opened = CODE.test(code) ? await ports.links.use(ref, code, pin) : null;
  if (opened === null) showPage(ctx, 404, LINK_OVER_PAGE);
  else if (opened === 'wrong_pin') showPage(ctx, 403, WRONG_PIN_PAGE);
  else {
    ctx.append('Set-Cookie', secretCookie('vumi-user', opened, ports.secure));
    goTo(ctx, opened.path);
    return true;
  }
  return false;
}

/** Null for what is no form with digits. */
async function pinOf({ req }: Context): Promise<string | null> {
  if (req.headers['content-type'] !== 'application/x-www-form-urlencoded') return null;
  let form = '';
  for await (const chunk of req as AsyncIterable<Buffer>)
    if (form.length <= LONGEST_FORM) form += chunk.toString('latin1');
  return form.length > LONGEST_FORM ? null : new URLSearchParams(form).get('pin');
}
