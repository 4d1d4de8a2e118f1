import { describe, expect, it } from 'vitest';
import { hasTerm, withoutMention } from './terms.ts';

describe('a term', () => {
  it.each<[string, string, boolean]>([
    ['vumi', 'I like Vumi.', true],
    ['vumi', '#VUMI!', true],
    ['#vumi', 'vumi', false],
    ['#vumi', 'so #vumi', true],
    ['vumi', 'vumigo', false],
    ['clinic open', 'Is the clinic really open?', true],
    ['clinic open', 'the clinic', false],
    ['santé', 'SANTE\u0301 publique', true],
    ['नमस्ते', 'नमस्ते दुनिया', true],
    ['!!', '!!', false],
  ])('%s in "%s": %s', (term, text, found) => {
    expect(hasTerm(text, [term])).toBe(found);
  });

  it('that is not there is found nowhere', () => {
    expect(hasTerm('anything', [])).toBe(false);
  });
});

describe('who is spoken to', () => {
  it.each<[string, string | null]>([
    ['@bot hi', 'hi'],
    ['@BOT@here.example: hi', 'hi'],
    ['@bot, hi', 'hi'],
    ['@bot', ''],
    ['@botany hi', null],
    ['@bot@elsewhere.example hi', null],
    ['hi @bot', null],
  ])('"%s" says %j', (text, said) => {
    expect(withoutMention(text, ['@bot@here.example', '@bot'])).toBe(said);
  });
});
