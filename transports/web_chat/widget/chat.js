import { Connection } from './connection.js';
import { Talk } from './talk.js';
import { View } from './view.js';

const STARTED = Symbol.for('vumi.chats');

/** Puts the chat of the transport at `place` into the page, once. */
export function start(place, options) {
  globalThis[STARTED] ??= new Set();
  if (globalThis[STARTED].has(place)) return;
  globalThis[STARTED].add(place);
  if (document.body === null) addEventListener('DOMContentLoaded', () => run(place, options), { once: true });
  else run(place, options);
}

function run(place, options) {
  const key = `vumi-chat:${place}`;
  const talk = new Talk(storage(), key);
  let connection = null;
  const view = new View(options, {
    opened: () => join(),
    say: (text, payload) => {
      talk.say(text, payload);
      join();
    },
    again: (id) => {
      talk.again(id);
      join();
    },
  });
  function join() {
    connection ??= new Connection(`${place.replace(/^http/, 'ws')}chat`, talk, tell);
    connection.hurry();
    connection.pump();
  }
  function tell(status, reason) {
    // oxlint-disable-next-line no-console -- for whoever makes the page
    if (status === 'refused') console.error(`The chat at ${place} refuses this page: ${reason}`);
    view.tell(status);
  }
  talk.onChange(() => view.show(talk.entries));
  view.show(talk.entries, true);
  addEventListener('storage', (event) => event.key === key && talk.reread());
  addEventListener('online', () => connection?.hurry());
  document.addEventListener('visibilitychange', () => connection?.hurry());
  // Who has been here before may have got messages; for all others nothing is connected before they open the chat.
  if (talk.session !== null || talk.entries.length > 0) join();
  if (options.open) view.open();
}

/** Sites may be forbidden to keep anything. */
function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
