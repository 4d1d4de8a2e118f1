import { parseTimestamp, type UserMessage } from '@vumi/core';
import type { HttpAnswer } from '@vumi/http';
import { writeXml, xmlNode, type XmlNode } from '../http/xml.ts';
import { accountOf } from './read-call.ts';

/** Octets of a text in UTF-8. */
export const LONGEST_TEXT = 2048;

const URL_IN_TEXT = /https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]]/;

/** A card that leads to a page. */
interface Article {
  readonly title: string;
  readonly description: string;
  readonly url: string;
}

export function fitsAnswer({ content }: UserMessage): boolean {
  return Buffer.byteLength(content ?? '') <= LONGEST_TEXT;
}

/** The answer to a call that a reply is. */
export function writeAnswer(reply: UserMessage): HttpAnswer {
  const { to_addr, from_addr, timestamp, content } = reply;
  const article = articleOf(content ?? '');
  const parts = article === null ? [node('MsgType', 'text'), node('Content', content ?? '')] : news(article);
  const document = xmlNode(
    'xml',
    {},
    node('ToUserName', to_addr ?? ''),
    node('FromUserName', accountOf(from_addr)),
    node('CreateTime', String(Math.floor((parseTimestamp(timestamp) ?? 0) / 1000))),
    ...parts,
  );
  return {
    status: 200,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: writeXml(document),
  };
}

/** The body of a request that brings a message. */
export function writeMessage({ to_addr, content }: UserMessage): object {
  const article = articleOf(content ?? '');
  return article === null
    ? { touser: to_addr, msgtype: 'text', text: { content: content ?? '' } }
    : { touser: to_addr, msgtype: 'news', news: { articles: [article] } };
}

/** Of a text that names a page; null of another. */
function articleOf(text: string): Article | null {
  const url = URL_IN_TEXT.exec(text)?.[0];
  if (url === undefined) return null;
  const [title = '', ...rest] = text.replace(url, '').trim().split('\n');
  return { title: title.trim() || url, description: rest.join('\n').trim(), url };
}

function news({ title, description, url }: Article): readonly XmlNode[] {
  const item = xmlNode('item', {}, node('Title', title), node('Description', description), node('Url', url));
  return [node('MsgType', 'news'), node('ArticleCount', '1'), xmlNode('Articles', {}, item)];
}

function node(name: string, text: string): XmlNode {
  return xmlNode(name, {}, text);
}
