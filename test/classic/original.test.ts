import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { UserMessage } from '@vumi/core';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clinicApp } from './clinic-app.ts';
import type { OriginalTurn } from './original-sandbox.ts';

type Command = Record<string, unknown>;

const SOURCE = clinicApp('modern');
const CONFIG = {
  config: JSON.stringify({ name: 'original', endpoints: { sms: { delivery_class: 'sms' } } }),
  'translation.zul': JSON.stringify({ '': {}, Clinic: [null, 'Umtholampilo'] }),
};

let place: SandboxPlace;
let original: ChildProcess;

beforeAll(async () => {
  place = await SandboxPlace.start();
  original = fork(fileURLToPath(new URL('original-sandbox.ts', import.meta.url)), { execArgv: [] });
}, 60_000);

afterAll(async () => {
  original.kill();
  await place[Symbol.asyncDispose]();
});

async function originalCommands(message: UserMessage): Promise<Command[]> {
  const turn: OriginalTurn = { source: SOURCE, config: CONFIG, message: { ...message } };
  const answered = once(original, 'message');
  original.send(turn);
  const [commands] = (await answered) as [Command[]];
  return commands;
}

/** The order of commands that nobody waits for is not stable: as a sorted list without their numbers. */
function sorted(commands: readonly Command[]): string[] {
  return commands.map(({ cmd_id: _number, ...command }) => JSON.stringify(command)).sort();
}

function isLocal({ cmd }: Command): boolean {
  return cmd === 'config.get' || String(cmd).startsWith('log.');
}

const conversations: [label: string, inputs: (string | null)[]][] = [
  ['registers', [null, '1', 'x', ' Jo ', '9', '2', 'Jo', '1', null]],
  ['reads long lists and texts', [null, '3', '3', '4', '3', '3', '2', null, '4', '1', '2']],
  ['changes the language, gets lost and starts over', [null, '2', '2', 'x', '!reset', '1', null, 'Jo']],
  ['finds a broken state', [null, '6', null, '7x']],
];

test.each(conversations)(
  'a user who %s brings about the same commands as in the original',
  async (label, inputs) => {
    const ref = await place.installClassic('original', SOURCE, {
      manifest: { libraries: 'modern' },
      settings: { config: CONFIG, secrets: {} },
    });
    for (const content of inputs) {
      const session_event = content === null ? 'new' : 'resume';
      const message = place.message({ from_addr: label, content, session_event, transport_type: 'ussd' });
      const expected = await originalCommands({ ...message, helper_metadata: { delivery_class: 'ussd' } });
      await place.ask(ref, message);
      const run = place.runs.find(({ message_id }) => message_id === message.message_id);
      const { calls } = JSON.parse(run?.record ?? '{}') as { calls: [number, { command: Command }][] };
      const asked = calls.map(([, { command }]) => command);
      expect(sorted(asked)).toEqual(sorted(expected.filter((command) => !isLocal(command))));
      const lines = place.log.filter(({ message_id }) => message_id === message.message_id);
      const logged = expected.filter(({ cmd }) => String(cmd).startsWith('log.'));
      expect(lines).toHaveLength(logged.length);
    }
  },
);
