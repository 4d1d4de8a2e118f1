/**
 * The trusted half inside a classic guest. It is run once, with the libraries, to make the snapshot that every realm
 * starts from; a realm then serves one message. No guest promise is ever settled from outside a timed entry and no
 * guest value or error crosses: texts are posted (spec sandbox-security §2.6).
 */
import type { Answer, ClassicEntries, ClassicSettings, TurnStart } from '../host.ts';
import { apply, defineProperty, evaluate, parse } from '../primordials.ts';
import { closeRealm, freezeTime, setPresent } from '../realm.ts';
import { createLog } from '../turn-log.ts';
import { Turn } from '../turn.ts';
import { createApi, type ClassicApi } from './api.ts';
import { showKeptNames } from './kept-names.ts';
import { Buffer, setTimekeeper } from './libraries.ts';
import { createRequire, loadEarly } from './require.ts';
import { Run } from './run.ts';

/** Where the runner finds the entries in a new realm. */
const ENTRIES = '__entries';

let turn: Turn | null = null;

function expose(name: string, value: unknown): void {
  defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
}

/** A classic app is a script, not a module: its `var`s are globals (spec sandbox-api §1.2). */
function evaluateApp(run: Run, code: string): boolean {
  try {
    showKeptNames(evaluate(code));
    return true;
  } catch (error) {
    run.fail(error);
    return false;
  }
}

function deliver(api: ClassicApi, start: TurnStart): void {
  const isEvent = start.kind === 'event';
  const handler = (isEvent ? api.on_inbound_event : api.on_inbound_message) ?? api.on_unknown_command;
  if (typeof handler !== 'function') return;
  const command = {
    cmd: isEvent ? 'inbound-event' : 'inbound-message',
    cmd_id: start.ids[0] ?? '',
    reply: false,
    msg: start.body,
  };
  apply(handler, api, [command]);
}

const dispatch: ClassicEntries['dispatch'] = (post, number, ...[startText, code, settingsText]) => {
  // Not in the snapshot: V8 puts its own back into each new realm, and must not find ours frozen.
  closeRealm();
  Reflect.deleteProperty(globalThis, ENTRIES);
  const start = parse(startText) as TurnStart;
  const { config, limits } = parse(settingsText) as ClassicSettings;
  const id = start.ids[0] ?? '';
  turn = new Turn(number, start, { post, limits });
  const run = new Run(turn, config);
  setTimekeeper(run);
  const log = createLog(turn);
  setPresent({ now: start.now, log, seedText: id, seed: null });
  const api = createApi(run);
  expose('api', api);
  expose(
    'require',
    createRequire(id, (text) => log.error(text)),
  );
  expose('Buffer', Buffer);
  if (!evaluateApp(run, code)) return;
  try {
    if (start.kind === 'message' || start.kind === 'event') deliver(api, start);
    else run.end();
  } catch (error) {
    run.fail(error);
  }
};

const settle: ClassicEntries['settle'] = (_number, text) => {
  const answers = parse(text) as Answer[];
  for (let index = 0; index < answers.length; index++) {
    const answer = answers[index];
    if (answer !== undefined) turn?.settle(answer);
  }
};

const drop: ClassicEntries['drop'] = () => turn?.drop();

freezeTime();
loadEarly();
expose(ENTRIES, { dispatch, settle, drop } satisfies ClassicEntries);
