import { text } from '../primordials.ts';
import { later } from './libraries.ts';
import type { Callback, Run } from './run.ts';

/** The original's runner has logged two lines of its own under these before an app starts. */
const IDS_USED_BEFORE = 2;

interface Command extends Record<string, unknown> {
  cmd: string;
  cmd_id: string;
  reply: boolean;
}

/** The object `api` of a classic app (spec sandbox-api §1.3). The app may change it as it likes. */
export interface ClassicApi {
  id: number;
  next_id(): string;
  populate_command(command: string, message: Record<string, unknown>): Record<string, unknown>;
  request(command: string, message: Record<string, unknown>, callback?: Callback): void;
  log_info(message: unknown, callback?: Callback): void;
  done(): void;
  on_unknown_command?: ((command: Command) => void) | undefined;
  on_inbound_message?: ((command: Command) => void) | undefined;
  on_inbound_event?: ((command: Command) => void) | undefined;
}

export function createApi(run: Run): ClassicApi {
  const api: ClassicApi = {
    id: IDS_USED_BEFORE,
    next_id() {
      api.id += 1;
      return text(api.id);
    },
    populate_command(command, message) {
      message['cmd'] = command;
      message['reply'] = false;
      message['cmd_id'] = api.next_id();
      return message;
    },
    request(command, message, callback) {
      api.populate_command(command, message);
      later(() => run.send(message, api, callback));
    },
    log_info(message, callback) {
      api.request('log.info', { msg: message }, callback);
    },
    done() {
      api.log_info('Done.', () => run.end());
    },
    on_unknown_command() {},
  };
  return api;
}
