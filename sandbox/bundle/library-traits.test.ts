import { expect, test } from 'vitest';
import { likelyLibraries } from './library-traits.ts';

test.each([
  ['lodash 2', 'var _=require("lodash");_.contains([1],1);', 'legacy'],
  ['lodash 4', 'var _=require("lodash");_.includes([1],1);', 'modern'],
  ['lodash under another name', 'var lo$=require("lodash"),x=lo$.pluck([],"a");', 'legacy'],
  ['a member at once', 'var get=require("lodash").get;', 'modern'],
  ['an old service', 'var s=require("seed-jsbox-utils");new s.StageBasedMessaging();', 'legacy'],
  ['both, which says nothing', 'var _=require("lodash");_.contains(_.get(a,"b"),1);', 'legacy'],
  ['the first toolkit', 'var v=require("vumigo_v01");', 'legacy'],
  ['nothing that tells', 'var v=require("vumigo_v02");v.get();', 'legacy'],
  ['the member of something else', 'var _=require("lodash"),x={};x._.get();lo_.get();', 'legacy'],
])('code that uses %s looks written for the right set', (_label, code, libraries) => {
  expect(likelyLibraries(code).libraries).toBe(libraries);
});

test('the reason names what was seen', () => {
  expect(likelyLibraries('var _=require("lodash");_.padStart("");').reason).toBe(
    'the code uses padStart of lodash, which only they have',
  );
});

test('a name in each of many lines costs no more than a few', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => `a${index}=require("lodash");`).join('');
  expect(likelyLibraries(many).libraries).toBe('legacy');
});
