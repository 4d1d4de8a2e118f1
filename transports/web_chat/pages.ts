import { readFileSync } from 'node:fs';
import type { HttpAnswer, HttpPlace, HttpRequest } from '@vumi/http';
import { json } from '../http/answers.ts';
import { escapeXml } from '../http/xml.ts';
import type { WebChatConfig } from './config.ts';

const MODULES = [
  'chat.js',
  'connection.js',
  'elements.js',
  'entries.js',
  'style.js',
  'talk.js',
  'view.js',
] as const;
const READING = { methods: ['GET', 'HEAD'] } as const;
/** Any page may include it, modules of pages under a strict policy (COEP) too. */
const SCRIPT_HEADERS = {
  'content-type': 'text/javascript; charset=utf-8',
  'cache-control': 'public, max-age=300',
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
} as const;
/** What the page for trying may do. Pictures and files of messages are wherever the app says. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  'img-src http: https: data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

type Options = Pick<WebChatConfig, 'title' | 'greeting' | 'colour' | 'side' | 'words'>;

/** The script of the chat with its modules, a page that shows it, and `health`. `unpublished`: texts that wait. */
export async function mountPages(
  config: Options,
  http: Pick<HttpPlace, 'mount'>,
  unpublished: () => number,
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const mount = async (path: string, answer: (request: HttpRequest) => HttpAnswer): Promise<void> =>
    void stack.use(await http.mount(path, async (request) => answer(request), READING));
  await mount('/', ({ url }) => tryPage(config.title, url));
  await mount('/health', () => json(200, { pending_requests: unpublished() }));
  const widget = { status: 200, headers: SCRIPT_HEADERS, body: widgetOf(config) };
  await mount('/widget.js', () => widget);
  for (const file of MODULES) {
    const body = readFileSync(new URL(`widget/${file}`, import.meta.url));
    await mount(`/widget/${file}`, () => ({ status: 200, headers: SCRIPT_HEADERS, body }));
  }
  return stack.move();
}

/** A classic script, since only those know where they came from; the rest are modules beside it. */
function widgetOf({ title, greeting, colour, side, words }: Options): string {
  const options = JSON.stringify({ title, greeting, colour, side, words });
  return `(() => {
  const script = document.currentScript;
  if (script === null) throw new Error('include the chat by <script src="…/widget.js" async>, not as a module');
  const place = new URL('.', script.src).href;
  const { open } = script.dataset;
  import(place + 'widget/chat.js').then(({ start }) => start(place, { ...${options}, open: open !== undefined }));
})();
`;
}

function tryPage(title: string, { pathname }: URL): HttpAnswer {
  const place = escapeXml(pathname.replace(/\/*$/, '/'));
  const name = escapeXml(title);
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${name}</title>
<link rel="icon" href="data:,">
<script src="${place}widget.js" data-open async></script>
<h1>${name}</h1>
<p>This page shows the chat as other pages include it.</p>
</html>
`;
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
    },
    body,
  };
}
