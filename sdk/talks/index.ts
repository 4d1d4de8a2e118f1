/** How conversations are remembered and shown, for what looks at them from outside: the test kit and the platform. */
export { begunOver, keyOf as talkKey } from './channel.ts';
export { secondsOf } from './durations.ts';
export type { HostLinks, LinkPlace } from './host-links.ts';
export { EXPLORER } from './explored.ts';
export { fullness, unpackTalk, valueOf } from './journal.ts';
export { roomOf } from './menu.ts';
