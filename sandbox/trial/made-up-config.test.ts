import { expect, test } from 'vitest';
import { madeUpConfig } from './made-up-config.ts';

test('what code reads of its configuration is made up', () => {
  const code = `a(self.im.config.vumi.token, im.config.control.url, im.config.languages.map(f));
    im.config.channel.replace('*', ''); im.config.services[name]; im.config.control.username; im.config.list.length`;
  expect(madeUpConfig(code, {})).toEqual({
    config: {
      name: 'trial',
      vumi: { token: 'trial' },
      control: { url: 'http://trial.invalid/', username: 'trial' },
      languages: ['trial'],
      channel: 'trial',
      services: {},
      list: 'trial',
    },
  });
});

test('what the app has goes before what is made up, and its other keys stay', () => {
  const given = { config: '{"name": "clinic", "vumi": {"token": "t"}}', 'translation.zul': '{}' };
  expect(madeUpConfig('im.config.vumi.token; im.config.vumi.key', given)).toEqual({
    config: { name: 'clinic', vumi: { token: 't', key: 'trial' } },
    'translation.zul': '{}',
  });
  expect(madeUpConfig('', { config: 'no json' })).toEqual({ config: { name: 'trial' } });
});

test('names that objects have anyway are left alone', () => {
  const made = madeUpConfig(
    'x.config.__proto__.polluted; x.config.constructor.name; x.config.a.toString()',
    {},
  );
  expect(made).toEqual({ config: { name: 'trial', a: 'trial' } });
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});
