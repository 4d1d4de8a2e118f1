import { expect, it } from 'vitest';
import { plainText } from './plain-text.ts';

it.each([
  ['<p>@bot hi</p>', '@bot hi'],
  ['<p>a<br>b<br />c</p><p>d</p>', 'a\nb\nc\n\nd'],
  ['<p>a &lt;b&gt; &amp;amp; &#39;c&#x27; &quot;d&quot;</p>', `a <b> &amp; 'c' "d"`],
  [
    '<p><span class="h-card"><a href="https://a.example/@bot" class="u-url mention">@<span>bot</span></a></span> hi</p>',
    '@bot hi',
  ],
  [
    '<a href="https://a.example/long"><span class="invisible">https://</span><span class="ellipsis">a.example/lo</span><span class="invisible">ng</span></a>',
    'https://a.example/long',
  ],
  ['<ul><li>a</li><li>b</li></ul><p>c</p>', 'a\nb\n\nc'],
  ['1 < 2 &unknown; &#0; &#xD800; &#99999999;', '1 < 2 &unknown; &#0; \uFFFD &#99999999;'],
  ['<p>😀 שלום</p>', '😀 שלום'],
  ['', ''],
])('%s', (html, text) => {
  expect(plainText(html)).toBe(text);
});
