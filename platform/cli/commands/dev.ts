import { join, resolve } from 'node:path';
import { errorText } from '@vumi/core';
import type { Command } from 'commander';
import { createClient } from '../client.ts';
import { DEV_DATA } from '../environment.ts';
import { AppTime } from '../dev/app-time.ts';
import { BrowserPhone } from '../dev/browser-phone.ts';
import { DevApp } from '../dev/dev-app.ts';
import { OwnPlatform } from '../dev/own-platform.ts';
import { sourceFrame } from '../dev/source-frame.ts';
import { useTerminalPhone } from '../dev/terminal-phone.ts';
import { View } from '../dev/view.ts';
import { changesIn } from '../dev/watch-folder.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { fieldsText } from './app-logs.ts';
import { openSession, type Session } from '../session.ts';

const FROM = '+27761234567';
const ACCOUNT = 'dev';

interface DevOptions {
  readonly to?: string;
  readonly port?: string;
  readonly ussd?: boolean;
  readonly from: string;
}

export function addDevCommand(program: Command): void {
  withExample(
    program
      .command('dev')
      .argument('[dir]', 'the folder of the app', '.')
      .description(
        'work on an app: what you save is deployed at once, and a phone in this terminal or in the browser talks to it',
      )
      .option('--ussd', 'the phone dials, and each line is what is typed; by SMS without it')
      .option('--from <number>', 'the number of the phone', FROM)
      .option('--port <port>', 'of the platform that is started (default: a free one)')
      .option('--to <url>', 'a platform that runs, instead of one of its own'),
    'npx vumi dev clinic',
    'npx vumi dev clinic --ussd',
  ).action(async (dir: string, options: DevOptions, command: Command) => {
    const folder = resolve(dir);
    const view = new View();
    const over = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort());
    await using place = await openPlace(folder, options, command);
    const { session, app, time } = place;
    const next = oneAfterAnother(() => showNext(time, view));
    const work = new Work(app, folder, view, over.signal);
    await work.deploy();
    await using browser = await BrowserPhone.start({
      session,
      view,
      app,
      from: options.from,
      next: time === null ? null : next,
      signal: over.signal,
    });
    const { ussd = false, from } = options;
    const to = ussd ? app.numbers.ussd : app.numbers.sms;
    view.line(`phone in the browser: ${browser.url}`);
    const ahead = (await time?.ahead()) ?? null;
    if (ahead !== null) view.line(`the clock of the app is ${ahead} ahead, as it was left`);
    view.line(
      `${session.client.url} · you are ${from}, ${ussd ? 'dialling' : 'writing to'} ${to} · ${time === null ? '' : 'Ctrl-T or /t fires what is due next · '}Ctrl-D ends`,
    );
    await Promise.all([work.watch(), useTerminalPhone({ session, view, from, to, ussd, next }, over)]);
  });
}

interface Place extends AsyncDisposable {
  readonly session: Session;
  readonly app: DevApp;
  /** Null where others use the platform, too: its clock is theirs. */
  readonly time: AppTime | null;
}

/** A platform of its own, with its data in the folder of the app, or the one that `--to` names. */
async function openPlace(folder: string, { to, port }: DevOptions, command: Command): Promise<Place> {
  if (to !== undefined) {
    command.setOptionValueWithSource('url', to, 'cli');
    const session = openSession(command);
    const app = new DevApp(session.client, folder, await session.account());
    return { session, app, time: null, [Symbol.asyncDispose]: () => app.disconnect() };
  }
  const number = port === undefined ? null : Number(port);
  if (number !== null && !(Number.isInteger(number) && number > 0))
    throw usageError(`--port is a number, not "${port}"`);
  const platform = await OwnPlatform.start(join(folder, DEV_DATA), number);
  const client = createClient(platform.url, platform.token);
  const session: Session = { ...openSession(command), client, account: async () => ACCOUNT };
  const app = new DevApp(client, folder, ACCOUNT);
  await app.prepare(platform.smscPort);
  const time = new AppTime(client, { account: ACCOUNT, app: app.name }, (to) => platform.moveClock(to));
  return { session, app, time, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

async function showNext(time: AppTime | null, view: View): Promise<void> {
  const told =
    time === null
      ? ['the clock of a platform that runs elsewhere is not moved: leave --to out']
      : await time.fireNext();
  for (const line of told) view.line(line);
}

/** Whoever asks while it is done has it done once more. */
function oneAfterAnother(task: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    const done = last.then(task);
    last = done.catch(() => {});
    return done;
  };
}

/** An app that is worked on. */
class Work {
  readonly #app: DevApp;
  readonly #folder: string;
  readonly #view: View;
  readonly #signal: AbortSignal;
  #isThere = false;

  constructor(app: DevApp, folder: string, view: View, signal: AbortSignal) {
    this.#app = app;
    this.#folder = folder;
    this.#view = view;
    this.#signal = signal;
  }

  async deploy(): Promise<void> {
    const deployed = await this.#app.deploy();
    if (deployed === null) return;
    if (!deployed.worked) {
      const rest = this.#isThere ? 'the last version goes on' : 'correct it and save';
      const frame = sourceFrame(this.#folder, deployed.reason);
      const see = deployed.docs === undefined ? '' : `          see ${deployed.docs}\n`;
      return this.#view.line(`✗ ${deployed.reason}\n${frame}${see}          ${rest}`);
    }
    const { version, ms, warnings } = deployed;
    if (!this.#isThere) await this.#begin();
    this.#view.line(`version ${version} in ${Math.round(ms)} ms`);
    for (const warning of warnings) this.#view.line(`! ${warning}`);
  }

  async watch(): Promise<void> {
    for await (const _change of changesIn(this.#folder, this.#signal)) await this.deploy();
  }

  async #begin(): Promise<void> {
    this.#isThere = true;
    for (const missing of await this.#app.connect())
      this.#view.line(`! the phone has no network yet: ${missing}`);
    this.#follow().catch((error: unknown) => {
      if (!this.#signal.aborted) this.#view.line(`✗ ${errorText(error)}`);
    });
  }

  async #follow(): Promise<void> {
    for await (const { level, text, fields } of this.#app.logs(this.#signal)) {
      const mark = level === 'error' ? '✗ ' : '';
      // Of a stack they are the platform's, and say what it says.
      const more = text.includes('\n') ? '' : fieldsText(fields);
      this.#view.line(`${mark}${text}${more}\n${sourceFrame(this.#folder, text)}`.trimEnd());
    }
  }
}
