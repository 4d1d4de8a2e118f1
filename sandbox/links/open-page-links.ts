import { randomBytes } from 'node:crypto';
import {
  deriveId,
  scheduleMessage,
  scheduleOf,
  VumiError,
  type AppRef,
  type Clock,
  type KeyedState,
  type StateWrite,
  type UserMessage,
} from '@vumi/core';
import { TALK_KEY } from '@vumi/core/talks';
import { normaliseAddress, stoppedAt, stoppedKey, type AccountRecords } from '@vumi/records';
import { z } from 'zod';
import { markerKey, userStateKey } from '../apps/keys.ts';
import {
  hashOf,
  linkKey,
  linkSchema,
  openLinksKey,
  pinHash,
  readOpenLinks,
  visitKey,
  visitSchema,
  VISIT_MS,
  type PageLink,
  type Question,
  type Visit,
} from './page-link.ts';

const SECRET_BYTES = 24;
const ANSWER_MS = 7 * 86_400_000;
/** Times that the digits of a link may be tried. */
const MOST_PINS = 5;

export interface PageLinkPorts {
  readonly state: KeyedState;
  readonly records: Pick<AccountRecords, 'optout'>;
  readonly clock: Clock;
  /** To the queue of the app. */
  publish(ref: AppRef, message: UserMessage): Promise<void>;
}

/** Somebody whose browser has opened a link. */
interface Visitor {
  readonly user: string;
  readonly scopes: readonly string[];
}

/** Links as they are opened; what is wrong with one that cannot be is nobody's to know. */
export interface PageLinks {
  /** What the link asks for before it opens; null: it does not open. Uses nothing up. */
  look(ref: AppRef, code: string): Promise<{ readonly asksPin: boolean } | null>;
  /** Uses the link up, in one step: of two callers one gets in. `wrong_pin`: it can still be used. */
  use(ref: AppRef, code: string, pin: string | null): Promise<Opened | 'wrong_pin' | null>;
  /** Whose browser it is; null: nobody's any more. */
  visitor(ref: AppRef, secret: string): Promise<Visitor | null>;
  /**
   * Brings what a page says to the question that its link is, once, in line with the user's messages. Throws
   * `request.conflict` where the question is over, or has another answer.
   */
  answer(ref: AppRef, secret: string, value: unknown): Promise<void>;
}

interface Opened {
  /** What the browser is known by. */
  readonly secret: string;
  readonly path: string;
  readonly lifetimeMs: number;
}

/** As a conversation is remembered (sdk/talks/journal.ts). */
const talkSchema = z.looseObject({
  id: z.string(),
  wait: z.array(z.unknown()),
  get under() {
    return talkSchema.optional();
  },
});

export function openPageLinks(ports: PageLinkPorts): PageLinks {
  const { state, clock } = ports;

  const find = async (ref: AppRef, id: string): Promise<PageLink | null> => {
    const text = await state.get(linkKey(ref, id));
    const link = text === null ? null : linkSchema.parse(JSON.parse(text));
    if (link === null || !isOf(link, ref) || link.expires <= clock()) return null;
    return (await isGood(ports, id, link)) ? link : null;
  };

  const visitOf = async (ref: AppRef, secret: string): Promise<Visit | null> => {
    const text = await state.get(visitKey(secret));
    const visit = text === null ? null : visitSchema.parse(JSON.parse(text));
    if (visit === null || !isOf(visit.link, ref) || visit.until <= clock()) return null;
    return (await isGood(ports, visit.id, visit.link)) ? visit : null;
  };

  return {
    look: async (ref, code) => {
      const link = await find(ref, hashOf(code));
      return link === null ? null : { asksPin: link.pin !== null };
    },
    use: async (ref, code, pin) => {
      const id = hashOf(code);
      const link = await find(ref, id);
      if (link === null) return null;
      const fault = link.pin === null ? null : await faultOfPin(state, link, { code, id, pin });
      if (fault !== null) return fault === 'over' ? null : fault;
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      const visit: Visit = { id, link, until: clock() + VISIT_MS };
      const writes: StateWrite[] = [
        { op: 'delete', key: linkKey(ref, id) },
        { op: 'set', key: visitKey(secret), value: JSON.stringify(visit), ttlMs: VISIT_MS },
      ];
      const marker = `page-link-used/${id}`;
      const { fresh } = await state.commit({ marker, markerTtlMs: VISIT_MS, writes, outbox: [] });
      return fresh ? { secret, path: link.path, lifetimeMs: VISIT_MS } : null;
    },
    visitor: async (ref, secret) => {
      const visit = await visitOf(ref, secret);
      return visit === null ? null : { user: visit.link.user, scopes: visit.link.scopes };
    },
    answer: async (ref, secret, value) => {
      const visit = await visitOf(ref, secret);
      if (visit === null) throw over();
      await answer(ports, visit, value);
    },
  };
}

/** The first answer counts, and is published again whenever it comes again: its message has the same id. */
async function answer(ports: PageLinkPorts, { id, link }: Visit, value: unknown): Promise<void> {
  const { state } = ports;
  const { question } = link;
  if (question === null) throw over();
  const marker = markerKey(link, `page-link/${id}`);
  const before = await state.committed(marker);
  if (before === null && !(await isAsked(state, link, question))) throw over();
  const about = { ...question, kind: 'answer', value };
  const message = scheduleMessage(link, {
    id: deriveId('page-link', id),
    name: `${TALK_KEY}${question.to}:answer`,
    user: link.user,
    due: ports.clock(),
    data: about,
  });
  const outbox = [JSON.stringify(message)];
  const kept = before ?? (await state.commit({ marker, markerTtlMs: ANSWER_MS, writes: [], outbox })).outbox;
  const first = kept[0] === undefined ? message : (JSON.parse(kept[0]) as UserMessage);
  await ports.publish({ account: link.account, app: link.app }, first);
  const { data } = scheduleOf(first) ?? {};
  if (JSON.stringify(data) !== JSON.stringify(about))
    throw new VumiError('request.conflict', 'this question has another answer already');
}

function over(): VumiError {
  return new VumiError(
    'request.conflict',
    'this question is over: the conversation has gone on, or has ended',
  );
}

/** Whether a conversation still waits for what the page was asked. */
async function isAsked(
  state: KeyedState,
  link: PageLink,
  { to, talk, tag, since }: Question,
): Promise<boolean> {
  const open = findTalk(await state.get(userStateKey(link, link.user, TALK_KEY + to)), talk);
  return open?.wait[0] === tag && open.wait[1] === since;
}

function isOf({ account, app }: PageLink, ref: AppRef): boolean {
  return account === ref.account && app === ref.app;
}

/** Whether nothing has ended it: its user, his STOP, which a START does not undo, his conversation. */
async function isGood({ state, records }: PageLinkPorts, id: string, link: PageLink): Promise<boolean> {
  const open = readOpenLinks(await state.get(openLinksKey(link, link.user)));
  if (!Object.hasOwn(open, id)) return false;
  const optout = await records.optout(link.account, 'msisdn', normaliseAddress('msisdn', link.user));
  if (optout !== null && Date.parse(optout.created_at) >= link.made) return false;
  const stopped = stoppedAt(await state.get(stoppedKey(link.account, link.user)));
  if (stopped !== null && stopped >= link.made) return false;
  if (link.talk === null) return true;
  const { to, id: talk } = link.talk;
  return findTalk(await state.get(userStateKey(link, link.user, TALK_KEY + to)), talk) !== undefined;
}

/** The conversation that is remembered, or that waits below it. */
function findTalk(text: string | null, id: string): z.infer<typeof talkSchema> | undefined {
  let talk = text === null ? undefined : talkSchema.safeParse(JSON.parse(text)).data;
  while (talk !== undefined && talk.id !== id) talk = talk.under;
  return talk;
}

/** Counts a try before it looks: who tries many at once gains nothing. */
async function faultOfPin(
  state: KeyedState,
  link: PageLink,
  { code, id, pin }: { readonly code: string; readonly id: string; readonly pin: string | null },
): Promise<'wrong_pin' | 'over' | null> {
  const { pin: right, expires, made } = link;
  if (pin === null) return 'wrong_pin';
  const tries = await state.increment(`page-link-pins/${id}`, 1, expires - made);
  if (tries <= MOST_PINS) return pinHash(code, pin) === right ? null : 'wrong_pin';
  await state.delete(linkKey(link, id));
  return 'over';
}
