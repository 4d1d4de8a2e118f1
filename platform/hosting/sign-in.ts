import type { Context } from 'koa';
import { goTo } from './go-to.ts';
import { refuseOtherOrigins } from './origin.ts';
import { showPage, SIGN_IN_PAGE, USED_LINK_PAGE } from './pages.ts';
import type { HostingPorts } from './ports.ts';
import { secretCookie, secretsIn } from './secret-cookie.ts';
import type { Site } from './site.ts';

const LINK = /^\/sign-in\/([A-Za-z0-9_-]{1,100})$/;
const SIGN_OUT = '/sign-out';
const NOTHING = { secret: '', lifetimeMs: 0 };

/** Somebody who is signed in at an app. */
export interface Member {
  readonly name: string;
  readonly secret: string;
}

/** Who a request's cookie says is signed in there; null: nobody. */
export async function memberOf(
  headers: { readonly cookie?: string | undefined },
  { ref }: Site,
  ports: HostingPorts,
): Promise<Member | null> {
  for (const secret of secretsIn(headers, 'vumi', ports.secure)) {
    const found = await ports.members.signedIn(ref, secret);
    if (found !== null) return { name: found.name, secret };
  }
  return null;
}

/** Whether the request was one of signing in or out, which are the same at every app. */
export async function answerSignIn(ctx: Context, site: Site, ports: HostingPorts): Promise<boolean> {
  const link = LINK.exec(ctx.path)?.[1];
  if (link === undefined && ctx.path !== SIGN_OUT) return false;
  if (ctx.method === 'POST') {
    refuseOtherOrigins(ctx.headers, ports.secure);
    await (link === undefined ? signOut(ctx, ports) : signIn(ctx, site, { link, ports }));
    return true;
  }
  if (link === undefined || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) {
    ctx.set('Allow', link === undefined ? 'POST' : 'GET, HEAD, POST');
    ctx.status = 405;
    return true;
  }
  // A link is used by a person who presses the button, not by what looks at links before he does.
  showPage(ctx, 200, SIGN_IN_PAGE);
  return true;
}

async function signIn(
  ctx: Context,
  { ref }: Site,
  { link, ports }: { link: string; ports: HostingPorts },
): Promise<void> {
  const made = await ports.members.signIn(ref, link);
  if (made === null) return showPage(ctx, 410, USED_LINK_PAGE);
  const lifetimeMs = Date.parse(made.expires_at) - ports.clock();
  ctx.append('Set-Cookie', secretCookie('vumi', { secret: made.secret, lifetimeMs }, ports.secure));
  goTo(ctx, made.path);
}

async function signOut(ctx: Context, ports: HostingPorts): Promise<void> {
  for (const secret of secretsIn(ctx.headers, 'vumi', ports.secure)) await ports.members.signOut(secret);
  ctx.append('Set-Cookie', secretCookie('vumi', NOTHING, ports.secure));
  ctx.set('Clear-Site-Data', '"cache"');
  goTo(ctx, '/');
}
