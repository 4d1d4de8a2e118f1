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

/** `app`: its name, a slug. */
export function privatePage(app: string): string {
  return page(
    'This page is private',
    `<p>It opens for people whom its owner has invited: ask for a link, and open it in this browser.</p>
<p>If it is yours: <code>npx vumi app open ${app}</code> prints a link for you,
<code>npx vumi app invite ${app} "Thandi M"</code> one for somebody else.</p>`,
  );
}

export const SIGN_IN_PAGE = page(
  'Sign in',
  `<p>This opens the private pages of this app in this browser. The link works once.</p>
<form method="post"><button type="submit">Sign in</button></form>`,
);

export const USED_LINK_PAGE = page(
  'This link has been used, or has ended',
  '<p>Each link signs in one browser, once. Ask whoever invited you for another.</p>',
);

const OPEN_BUTTON = '<button type="submit">Open</button>';
const PIN_FORM = `<form method="post">
<p><label>Your number: <input name="pin" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{4,8}" maxlength="8"
required autofocus></label></p>
${OPEN_BUTTON}
</form>`;

export const LINK_PAGE = page(
  'One more step',
  `<p>This page was sent to your phone, for you alone. It opens once, here.</p>
<form method="post">${OPEN_BUTTON}</form>`,
);

export const LINK_PIN_PAGE = page(
  'One more step',
  `<p>This page was sent to your phone, for you alone. Type the number that you know from the conversation.</p>
${PIN_FORM}`,
);

export const WRONG_PIN_PAGE = page(
  'That is not the number',
  `<p>Type it again. After a few wrong ones the link ends.</p>
${PIN_FORM}`,
);

/** The same for a link that was used, that has ended, and that never was. */
export const LINK_OVER_PAGE = page(
  'This link does not open',
  '<p>It has been used, or has ended. Write to the number that sent it, and ask for another.</p>',
);

export const TOO_MANY_TRIES_PAGE = page(
  'Too many links',
  '<p>From here, several links were tried that do not open. Wait a minute, and try again.</p>',
);

export function showPage(ctx: Context, status: number, html: string): void {
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Type', 'text/html; charset=utf-8');
  ctx.body = html;
}
