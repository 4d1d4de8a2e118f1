import { expect, it } from 'vitest';
import { childOf, readXml, textsOf, writeXml, xmlNode } from './xml.ts';

const read = (text: string) => readXml(Buffer.from(text));

it('a document is read with its attributes, texts, CDATA and the entities of XML', () => {
  const root = read(
    '<?xml version="1.0"?><!DOCTYPE a><a x="1&amp;2"><b> é&lt;&#x41; </b><b>2</b><c><![CDATA[<d>]]></c></a>',
  );
  expect(root).toMatchObject({ name: 'a', attributes: { x: '1&2' } });
  expect(root === null ? null : textsOf(root)).toEqual({ b: 'é<A', c: '<d>' });
  expect(root === null ? null : childOf(root, 'c')?.text).toBe('<d>');
});

it.each([
  ['no XML', 'a=1'],
  ['nothing', ''],
  ['a tag without an end', '<a><b></a>'],
  ['entities of its own', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['an entity that is not declared', '<a>&nbsp;</a>'],
  ['an entity from elsewhere', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
  ['elements too deep in each other', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`],
])('%s is no document', (_label, text) => {
  expect(read(text)).toBeNull();
});

it('what is no UTF-8 is no document', () => {
  expect(readXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]))).toBeNull();
});

it('what is written is read again, whatever the texts are', () => {
  const text = 'a<b> & "c" \'d\' ]]> é😀\nz';
  const written = writeXml(
    xmlNode('p', { at: text }, xmlNode('br', {}), xmlNode('t', {}, `${text}\0\ud800`)),
  );
  expect(written).toContain('<br />');
  const root = read(written);
  expect(root === null ? null : textsOf(root)['t']).toBe(`${text}\ufffd`);
  expect(root?.attributes['at']?.replaceAll('\n', ' ')).toBe(text.replaceAll('\n', ' '));
});
