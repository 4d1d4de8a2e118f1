import { access } from 'node:fs/promises';
import { chromium, type Browser } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Debian's browser; where it is not, the command that installs it. */
export async function openBrowser(): Promise<Browser> {
  await access(CHROMIUM).catch(() => {
    throw new Error(`no browser at ${CHROMIUM}: install one with "apt-get install chromium"`);
  });
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
}
