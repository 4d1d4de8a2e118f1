/**
 * The original sandbox in small, as the oracle of tests: a process that evaluates an app in a new context for each
 * message, gives it Node's own modules and one set of libraries, and answers its commands over a later tick each, as the
 * Python parent did (spec sandbox-api §1). Run by fork(), the name of the set its argument: a turn in, what came of it
 * out.
 */
import { createRequire, registerHooks } from 'node:module';
import { createContext, runInContext, runInThisContext } from 'node:vm';
import { KNOWN_MODULES, LIBRARIES_FOLDER, LIBRARY_SETS, packageOf } from '@vumi/classic-libraries';
import { UnknownCommand, type Command } from './original-commands.ts';
import { OriginalResources } from './original-resources.ts';

export interface OriginalTurn {
  readonly source: string;
  /** Texts. */
  readonly config: Readonly<Record<string, string>>;
  readonly kind: 'message' | 'event';
  readonly body: Readonly<Record<string, unknown>>;
  /** Nothing is kept of what was before. */
  readonly isFirst: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface OriginalOutcome {
  /** `killed` by the parent for a command that does not exist. */
  readonly outcome: 'done' | 'threw' | 'killed' | 'silent';
  readonly error: string;
  readonly commands: readonly Command[];
  /** What users get, in order. */
  readonly sent: readonly Command[];
  /** All that is kept, after the turn. */
  readonly kv: Readonly<Record<string, unknown>>;
}

/** A run that waits for no answer and does nothing for so long will never be done. Milliseconds. */
const SILENCE = 300;
const WHITELIST = new Set(KNOWN_MODULES);
/** Where the original had Node's own. */
const NODES_OWN = new Set(['assert', 'buffer', 'events', 'querystring', 'url', 'util']);
/** Time stands still in a turn. */
const STOP_TIME = `(function (now) {
  var Real = Date;
  function Frozen() {
    if (!new.target) return new Real(now()).toString();
    return Reflect.construct(Real, arguments.length === 0 ? [now()] : arguments, new.target);
  }
  Frozen.prototype = Real.prototype; Real.prototype.constructor = Frozen;
  Frozen.now = now; Frozen.parse = Real.parse; Frozen.UTC = Real.UTC;
  Date = Frozen;
})`;

type StopTime = (now: () => number) => void;
type Callback = (reply: Command) => void;

/** The object that apps speak to. */
interface Api extends Record<string, unknown> {
  id: number;
  next_id(): string;
  populate_command(cmd: string, fields: Command): Command;
  request(cmd: string, fields: Command, callback?: Callback): void;
  log_info(msg: unknown, callback?: Callback): void;
  done(): void;
}

interface Listener {
  readonly onAsked: () => void;
  readonly onSent: (command: Command) => void;
  /** The app has its answer, and has asked for what it wants next. */
  readonly onAnswered: () => void;
  readonly onDone: () => void;
  readonly onKill: (error: unknown) => void;
}

const set = LIBRARY_SETS.find((name) => name === process.argv[2]) ?? 'modern';
const requireLibrary = createRequire(`${LIBRARIES_FOLDER}/index.ts`);
registerHooks({
  resolve(name, context, next) {
    const [head = '', ...rest] = name.split('/');
    if (NODES_OWN.has(name) || !/^[a-z]/.test(name) || name.startsWith('node:')) return next(name, context);
    const wanted = [packageOf(set, head, decodeURI(context.parentURL ?? '')), ...rest].join('/');
    return next(wanted, { ...context, parentURL: new URL(`file://${LIBRARIES_FOLDER}/index.ts`).href });
  },
});

let resources = new OriginalResources();
let crash: (error: unknown) => void = () => {};
process.on('uncaughtException', (error) => crash(error));

function createApi(turn: OriginalTurn, { onAsked, onSent, onAnswered, onDone, onKill }: Listener): Api {
  const api: Api = {
    id: 2,
    next_id: () => String(++api.id),
    populate_command: (cmd, fields) => Object.assign(fields, { cmd, reply: false, cmd_id: api.next_id() }),
    request(cmd, fields, callback) {
      api.populate_command(cmd, fields);
      onAsked();
      setImmediate(() => {
        const command = JSON.parse(JSON.stringify(fields)) as Command;
        onSent(command);
        resources.answer(command, turn).then((answer) => {
          const { cmd, cmd_id } = command;
          const reply = JSON.parse(JSON.stringify({ ...answer, cmd, cmd_id, reply: true })) as Command;
          setImmediate(() => {
            callback?.call(api, reply);
            onAnswered();
          });
        }, onKill);
      });
    },
    log_info: (msg, callback) => api.request('log.info', { msg }, callback),
    done: () => api.log_info('Done.', onDone),
    on_unknown_command() {},
  };
  return api;
}

function evaluate(turn: OriginalTurn, api: Api): void {
  const context = createContext({
    api,
    require: (name: string) => (WHITELIST.has(name) ? (requireLibrary(name) as unknown) : null),
    Buffer,
  });
  (runInContext(STOP_TIME, context) as StopTime)(() => turn.now);
  runInContext(turn.source, context);
  const name = `on_inbound_${turn.kind}`;
  const handler = api[name] ?? api['on_unknown_command'];
  const command = { cmd: `inbound-${turn.kind}`, cmd_id: '1', reply: false, msg: turn.body };
  if (typeof handler === 'function') handler.call(api, command);
}

/** What a run that fails has done stays undone, as here: only its answers are compared with ours. */
function run(turn: OriginalTurn): Promise<OriginalOutcome> {
  const commands: Command[] = [];
  const { promise, resolve } = Promise.withResolvers<OriginalOutcome>();
  const end = (outcome: OriginalOutcome['outcome'], error: unknown = ''): void => {
    clearTimeout(timer);
    crash = () => {};
    const kept = resources.end(outcome === 'done');
    resolve({ outcome, error: String(error), commands, ...kept });
  };
  let asked = 0;
  const timer: NodeJS.Timeout = setTimeout(() => {
    if (asked === 0) end('silent');
    else timer.refresh();
  }, SILENCE);
  crash = (error) => end('threw', error);
  const api = createApi(turn, {
    onAsked: () => void (asked += 1),
    onSent: (command) => void commands.push(command),
    onAnswered: () => {
      asked -= 1;
      timer.refresh();
    },
    onDone: () => end('done'),
    onKill: (error) => end(error instanceof UnknownCommand ? 'killed' : 'threw', error),
  });
  try {
    evaluate(turn, api);
  } catch (error) {
    end('threw', error);
  }
  return promise;
}

let now = 0;
(runInThisContext(STOP_TIME) as StopTime)(() => now);
process.on('message', (turn: OriginalTurn) => {
  now = turn.now;
  if (turn.isFirst) resources = new OriginalResources();
  void run(turn).then((outcome) => process.send?.(outcome));
});
