import type { PostKind } from '../guest/host.ts';

/** What a guest has posted while it was entered on the runner's own thread. */
export interface HeldPost {
  readonly kind: PostKind;
  readonly turn: number;
  readonly text: string;
}

const KINDS: ReadonlySet<string> = new Set<PostKind>(['done', 'threw', 'log', 'call', 'late']);

/** Longer than all that a message may log, ask for and leave, each as long as may be. */
const MAX_LENGTH = 16 * 1024 * 1024;

/**
 * Reads what the guest's `take` has returned: for each post its kind, its turn and the length of its text, between spaces
 * on a line, and then the text. Null for what our own half of the guest would not have written.
 */
export function readHeldPosts(held: unknown): HeldPost[] | null {
  if (typeof held !== 'string' || held.length > MAX_LENGTH) return null;
  const posts: HeldPost[] = [];
  for (let at = 0; at < held.length;) {
    const begin = held.indexOf('\n', at) + 1;
    const [kind = '', turn, length] = held.slice(at, begin - 1).split(' ');
    const end = begin + Number(length);
    if (begin === 0 || !(end >= begin && end <= held.length) || !KINDS.has(kind)) return null;
    posts.push({ kind: kind as PostKind, turn: Number(turn), text: held.slice(begin, end) });
    at = end;
  }
  return posts;
}
