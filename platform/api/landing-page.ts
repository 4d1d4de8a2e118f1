import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
code { font: 0.9rem ui-monospace, monospace; overflow-wrap: anywhere; }
pre { padding: 0.75rem 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 0.5rem; overflow-x: auto; }
`;

/** What the page may do: show its one style sheet. */
export const LANDING_CSP = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface LandingLink {
  readonly label: string;
  readonly url: string;
}

/** The page at the platform's own address: where things are. The console takes its place. */
export function landingPage(appsPattern: string, links: readonly LandingLink[]): string {
  const shown = links.map(({ label, url }) => `<li><a href="${escape(url)}">${escape(label)}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vumi</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Vumi is running</h1>
<p>It hosts messaging apps: a text message comes in, an app answers.</p>
<h2>Try it</h2>
<pre><code>npx vumi phone +27761234567 12345
npx vumi status
npx vumi app deploy my-app</code></pre>
<h2>Where things are</h2>
<ul>
<li>Pages of apps: <code>${escape(appsPattern)}</code></li>
${shown.join('\n')}
<li>Documentation: <a href="/docs/">/docs</a></li>
<li>API: <code>/api/v1</code>, described in <a href="/api/v1/openapi.json">openapi.json</a></li>
<li>What runs, and how it is: <a href="/status">/status</a></li>
<li>Health: <a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a></li>
</ul>
</main>
</body>
</html>
`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
