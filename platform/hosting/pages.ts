import type { Context } from 'koa';

/** The pages that hosting itself shows. No text of a request goes into them. */
function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 18vh auto 0; padding: 0 1.5rem; }
button { font: inherit; padding: 0.5rem 1.5rem; }
code { font: 0.9rem ui-monospace, monospace; overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

export const NO_APP_PAGE = page(
  'There is no app here',
  `<p>Nothing is deployed at this address, or it is switched off.</p>
<p>If it is yours: <code>npx vumi app list</code> shows your apps and their addresses,
<code>npx vumi app deploy my-app</code> deploys one.</p>`,
);

export const NO_PAGE_PAGE = page(
  'This app has no page',
  `<p>It answers text messages. If it is yours: put an <code>index.html</code> beside its
<code>workers</code> folder and deploy it again.</p>`,
);

export const NO_FILE_PAGE = page(
  'There is no such file',
  `<p>The app that lives here has no file of that name. <a href="/">Its first page</a> may help.</p>`,
);

export const REFUSED_PAGE = page(
  'That address cannot be read',
  '<p>It holds characters that no file here has.</p>',
);

export const PRIVATE_PAGE = page(
  'This page is private',
  `<p>It opens for people whom its owner has invited: ask for a link, and open it in this browser.</p>
<p>If it is yours: <code>npx vumi app open my-app</code> prints a link for you,
<code>npx vumi app invite my-app "Thandi M"</code> one for somebody else.</p>`,
);

export const SIGN_IN_PAGE = page(
  'Sign in',
  `<p>This opens the private pages of this app in this browser. The link works once.</p>
<form method="post"><button type="submit">Sign in</button></form>`,
);

export const USED_LINK_PAGE = page(
  'This link has been used, or has ended',
  '<p>Each link signs in one browser, once. Ask whoever invited you for another.</p>',
);

export function showPage(ctx: Context, status: number, html: string): void {
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Type', 'text/html; charset=utf-8');
  ctx.body = html;
}
