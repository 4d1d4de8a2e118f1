import type { UserMessage } from '@vumi/core';
import type { InboundFields } from '../socket/inbound-queue.ts';
import { cutText, foldCase, type CaseMapping, type IrcLine } from './irc-line.ts';

/** What is known of the server, and who we are there. */
export interface IrcPlace {
  readonly nickname: string;
  /** `host:port`. */
  readonly server: string;
  readonly mapping: CaseMapping;
}

const CHANNEL = /^[#&!+$]/;
const MARK = '\u0001';
const ACTION = `${MARK}ACTION `;
/** Octets of a line with what the server puts before it: `:nick!user@host `, of which only nick is known. */
const LINE = 512;
const PREFIX = 80;

interface Said {
  readonly isAction: boolean;
  readonly text: string;
}

/** Null for what programs ask each other. */
function readText(text: string): Said | null {
  if (text.startsWith(ACTION)) return { isAction: true, text: text.slice(ACTION.length).replace(MARK, '') };
  return text.startsWith(MARK) ? null : { isAction: false, text };
}

/** What somebody has said; null for what is not for people (spec vumi-core §5.4). */
export function readPrivmsg({ source, command, params }: IrcLine, place: IrcPlace): InboundFields | null {
  const [target = '', text = ''] = params;
  const own = foldCase(place.nickname, place.mapping);
  const from = foldCase(source, place.mapping);
  const said = readText(text);
  if (command !== 'PRIVMSG' || from === '' || from === own || said === null) return null;
  const fields = CHANNEL.test(target)
    ? { group: target, ...inChannel(said, own, place.mapping) }
    : { group: null, to_addr: own, content: said.text };
  return {
    ...fields,
    from_addr: from,
    helper_metadata: {
      irc: {
        transport_nickname: place.nickname,
        addressed_to_transport: fields.to_addr !== null,
        irc_server: place.server,
        irc_channel: fields.group,
        irc_command: said.isAction ? 'ACTION' : 'PRIVMSG',
      },
    },
  };
}

/** For us when it begins with our name, which is taken off. */
function inChannel(
  { isAction, text }: Said,
  own: string,
  mapping: CaseMapping,
): { to_addr: string | null; content: string } {
  const [first = ''] = text.split(' ');
  const isCalled = !isAction && foldCase(first.replace(/[:,]+$/, ''), mapping) === own;
  return isCalled
    ? { to_addr: own, content: text.slice(first.length).trim() }
    : { to_addr: null, content: text };
}

/** A message as the lines that it is sent in; `texts` is empty when there is nothing to say. */
export function writePrivmsg(
  message: UserMessage,
  nickname: string,
): { readonly target: string; readonly texts: readonly string[] } | null {
  const { to_addr: to, group, content, helper_metadata: helper } = message;
  const target = group ?? to;
  if (target === null || target === '' || /[\s,\0]/.test(target)) return null;
  const isAction = (helper['irc'] as { irc_command?: unknown } | undefined)?.irc_command === 'ACTION';
  const isDirected = group !== null && to !== null && to !== group && !isAction;
  const room = LINE - Buffer.byteLength(`:${nickname}PRIVMSG ${target} :\r\n${MARK}ACTION ${MARK}`) - PREFIX;
  const text = (content ?? '').replaceAll('\0', '').trim();
  const said = isDirected && text !== '' ? `${to}: ${text}` : text;
  const texts = said.split(/[\r\n]+/).flatMap((line) => cutText(line, room));
  return { target, texts: texts.map((line) => (isAction ? `${ACTION}${line}${MARK}` : line)) };
}
