import { readFileSync } from 'node:fs';
import type { Context } from 'koa';

/** What the page may do: its own files, and the API of its own origin. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const FILES = {
  '/status': ['status.html', 'text/html'],
  '/status/status.css': ['status.css', 'text/css'],
  '/status/status.js': ['status.js', 'text/javascript'],
} as const;

/** The page of components and its files, by path. It shows nothing by itself: it asks the API, with a token. */
export function statusPage(): Readonly<Record<string, (ctx: Context) => void>> {
  return Object.fromEntries(
    Object.entries(FILES).map(([path, [file, type]]) => {
      const text = readFileSync(new URL(`status-page/${file}`, import.meta.url), 'utf8');
      return [path, (ctx: Context) => show(ctx, text, type)];
    }),
  );
}

function show(ctx: Context, text: string, type: string): void {
  ctx.set('Content-Security-Policy', POLICY);
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
  ctx.set('Cache-Control', 'no-cache');
  ctx.body = text;
  ctx.type = type;
}
