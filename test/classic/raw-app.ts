import type { AppRef, UserMessage } from '@vumi/core';
import type { AppOptions, SandboxPlace } from '@vumi/sandbox/testing';

/** A classic app without the toolkit: one handler, in which `msg`, `reply` and `say` are at hand. */
export function rawApp(body: string): string {
  return `
    var msg = null;
    function say(value) { return typeof value === 'string' ? value : JSON.stringify(value); }
    function reply(value, then) {
      api.request('outbound.reply_to', {
        content: say(value), in_reply_to: msg.message_id, continue_session: false
      }, then || function() { api.done(); });
    }
    api.on_inbound_message = function(command) { msg = command.msg; ${body} };
  `;
}

/** Sends the commands of the message's content one after the other and replies with what they were answered. */
export const COMMAND_RUNNER = rawApp(`
  var left = JSON.parse(msg.content), replies = [];
  function next() {
    if (left.length === 0) return reply(replies);
    var asked = left.shift();
    api.request(asked[0], asked[1], function(answer) {
      delete answer.cmd; delete answer.cmd_id; delete answer.reply;
      replies.push(answer);
      next();
    });
  }
  next();
`);

/** Installs a raw app and asks it once. */
export async function askRaw(
  place: SandboxPlace,
  body: string,
  given: { options?: AppOptions; message?: Partial<UserMessage>; app?: string } = {},
): Promise<{ answers: string[]; ref: AppRef; message: UserMessage }> {
  const app = given.app ?? `raw-${Math.random().toString(36).slice(2)}`;
  const ref = await place.installClassic(app, rawApp(body), given.options);
  const message = place.message({ transport_type: 'ussd', session_event: 'resume', ...given.message });
  return { answers: await place.ask(ref, message), ref, message };
}

/** What the command runner's app was answered. */
export async function runCommands(
  place: SandboxPlace,
  ref: AppRef,
  commands: readonly (readonly [string, object])[],
): Promise<Record<string, unknown>[]> {
  const [answer = 'null'] = await place.ask(ref, place.message({ content: JSON.stringify(commands) }));
  return JSON.parse(answer) as Record<string, unknown>[];
}
