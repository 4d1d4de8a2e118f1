/**
 * The original sandbox in small, as the oracle of tests: a process that evaluates an app in a new context for each
 * message and answers its commands over a later tick each, as the Python parent did (spec sandbox-api §1). It keeps kv
 * and configuration; other commands just succeed. Run by fork(): a message in, the commands of its run out.
 */
import { createRequire } from 'node:module';
import { createContext, runInContext } from 'node:vm';

export interface OriginalTurn {
  readonly source: string;
  /** Texts. */
  readonly config: Readonly<Record<string, string>>;
  readonly message: Readonly<Record<string, unknown>>;
}

type Command = Record<string, unknown>;

const libraries = createRequire(new URL('../../sandbox/libraries/index.ts', import.meta.url));
const kv = new Map<string, unknown>();

function answer(command: Command, config: OriginalTurn['config']): Command {
  const key = String(command['key']);
  if (command['cmd'] === 'config.get') return { success: true, value: config[key] ?? null };
  if (command['cmd'] === 'kv.get') return { success: true, value: kv.get(key) ?? null };
  if (command['cmd'] === 'kv.set') kv.set(key, command['value']);
  if (command['cmd'] !== 'kv.incr') return { success: true };
  const sum = Number(kv.get(key) ?? 0) + Number(command['amount'] ?? 1);
  kv.set(key, sum);
  return { success: true, value: sum };
}

function run({ source, config, message }: OriginalTurn): Promise<Command[]> {
  const sent: Command[] = [];
  const { promise, resolve } = Promise.withResolvers<Command[]>();
  const api = {
    id: 2,
    next_id: () => String(++api.id),
    populate_command: (cmd: string, fields: Command) =>
      Object.assign(fields, { cmd, reply: false, cmd_id: api.next_id() }),
    request(cmd: string, fields: Command, callback?: (reply: Command) => void) {
      api.populate_command(cmd, fields);
      setImmediate(() => {
        const command = JSON.parse(JSON.stringify(fields)) as Command;
        sent.push(command);
        const reply = { ...answer(command, config), cmd, cmd_id: command['cmd_id'], reply: true };
        setImmediate(() => callback?.call(api, reply));
      });
    },
    log_info: (msg: unknown, callback?: () => void) => api.request('log.info', { msg }, callback),
    done: () => api.log_info('Done.', () => resolve(sent)),
    on_unknown_command() {},
    on_inbound_message: (_command: Command) => {},
  };
  const context = createContext({ api, require: (name: string) => libraries(name) as unknown, Buffer });
  runInContext(source, context);
  api.on_inbound_message({ cmd: 'inbound-message', cmd_id: '1', reply: false, msg: message });
  return promise;
}

process.on('message', (turn: OriginalTurn) => {
  void run(turn).then((commands) => process.send?.(commands));
});
