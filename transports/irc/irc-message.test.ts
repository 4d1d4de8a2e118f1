import { createUserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { parseLine } from './irc-line.ts';
import { readPrivmsg, writePrivmsg, type IrcPlace } from './irc-message.ts';

const PLACE: IrcPlace = { nickname: 'Bot', server: 'irc.example:6667', mapping: 'rfc1459' };

function read(text: string) {
  const line = parseLine(text);
  return line === null ? null : readPrivmsg(line, PLACE);
}

describe('what somebody says', () => {
  it.each([
    ['to us in a channel', ':al!u@h PRIVMSG #c :bot: hi', { to_addr: 'bot', group: '#c', content: 'hi' }],
    ['to us in any case', ':AL!u@h PRIVMSG #c :BOT, hi', { to_addr: 'bot', group: '#c', content: 'hi' }],
    ['to all', ':al!u@h PRIVMSG #c :hi all', { to_addr: null, group: '#c', content: 'hi all' }],
    ['to another', ':al!u@h PRIVMSG #c :bo: hi', { to_addr: null, group: '#c', content: 'bo: hi' }],
    ['in private', ':al!u@h PRIVMSG Bot :bot: hi', { to_addr: 'bot', group: null, content: 'bot: hi' }],
    ['and does', ':al!u@h PRIVMSG #c :\u0001ACTION bot waves\u0001', { to_addr: null, content: 'bot waves' }],
  ])('%s', (_label, text, expected) => {
    expect(read(text)).toMatchObject({ from_addr: 'al', ...expected });
  });

  it('has what Vumi said of it', () => {
    expect(read(':al!u@h PRIVMSG #c :bot: hi')?.helper_metadata).toEqual({
      irc: {
        transport_nickname: 'Bot',
        addressed_to_transport: true,
        irc_server: 'irc.example:6667',
        irc_channel: '#c',
        irc_command: 'PRIVMSG',
      },
    });
  });

  it.each([
    ['a notice, which nobody answers', ':al!u@h NOTICE Bot :hi'],
    ['what we said ourselves', ':bot!u@h PRIVMSG #c :hi'],
    ['what programs ask each other', ':al!u@h PRIVMSG Bot :\u0001VERSION\u0001'],
    ['what has no sender', 'PRIVMSG Bot :hi'],
  ])('%s is for nobody', (_label, text) => {
    expect(read(text)).toBeNull();
  });
});

describe('what we say', () => {
  const action = { irc: { irc_command: 'ACTION' } };
  it.each([
    ['in private', { to_addr: 'al' }, 'al', ['yo']],
    ['to somebody in a channel', { to_addr: 'al', group: '#c' }, '#c', ['al: yo']],
    ['to a whole channel', { to_addr: null, group: '#c' }, '#c', ['yo']],
    ['to a channel that is the address', { to_addr: '#c' }, '#c', ['yo']],
    ['and do', { to_addr: 'al', group: '#c', helper_metadata: action }, '#c', ['\u0001ACTION yo\u0001']],
    ['in lines', { to_addr: 'al', content: 'a\r\n\nb\0' }, 'al', ['a', 'b']],
    ['nothing', { to_addr: 'al', content: ' ' }, 'al', []],
  ])('%s', (_label, fields, target, texts) => {
    const message = createUserMessage({ from_addr: 'bot', content: 'yo', ...fields });
    expect(writePrivmsg(message, 'bot')).toEqual({ target, texts });
  });

  it.each([null, '', 'al bo', 'al,bo'])('not to %j', (to_addr) => {
    expect(writePrivmsg(createUserMessage({ to_addr, from_addr: 'bot', content: 'yo' }), 'bot')).toBeNull();
  });

  it('in lines that are whole behind the prefix of the server', () => {
    const message = createUserMessage({ to_addr: 'al', from_addr: 'bot', content: 'é'.repeat(900) });
    const { texts = [] } = writePrivmsg(message, 'bot') ?? {};
    expect(texts.join('')).toBe('é'.repeat(900));
    for (const text of texts)
      expect(Buffer.byteLength(`:bot!${'x'.repeat(75)} PRIVMSG al :${text}\r\n`)).toBeLessThanOrEqual(512);
  });
});
