import { spawn } from 'node:child_process';

/** What shows an address in a browser, by operating system. */
const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Shows a page in the browser of whoever sits here. Where there is none nothing happens: its address was printed. */
export function openPage(url: string): void {
  // An address that a platform gave, and no name of a program or a file.
  if (!/^https?:\/\//.test(url)) return;
  const [program = 'xdg-open', ...words] = OPENERS[process.platform] ?? [];
  const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
}
