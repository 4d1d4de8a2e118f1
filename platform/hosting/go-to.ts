import { VumiError } from '@vumi/core';
import type { Context } from 'koa';

/** Leads to another page of the app. */
export function goTo(ctx: Context, path: string): void {
  // What starts with two slashes would be another host.
  if (!/^\/(?![/\\])/.test(path)) throw new VumiError('internal', 'a link leads out of its app');
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Location', path);
  ctx.status = 303;
  ctx.body = '';
}
