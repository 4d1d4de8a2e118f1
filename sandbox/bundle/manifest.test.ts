import { expect, test } from 'vitest';
import { z } from 'zod';
import { manifestSchema, parseManifest } from './manifest.ts';

test('the schema that editors check vumi.json by is that of the platform', async () => {
  const schema = z.toJSONSchema(manifestSchema, { io: 'input', unrepresentable: 'any' });
  const text = `${JSON.stringify({ title: 'vumi.json', ...schema }, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../sdk/vumi.schema.json');
  expect(parseManifest('{ "$schema": "../sdk/vumi.schema.json", "name": "Clinic" }').name).toBe('Clinic');
});

test('a page asks for what its account grants, each audience for its own', () => {
  const frontend = {
    scopes: ['state:read:hours'],
    members: { scopes: ['state:read:person:*', 'contacts:read', 'send:contact'] },
    links: { scopes: ['send:self'] },
  };
  expect(parseManifest(JSON.stringify({ frontend })).frontend).toEqual(frontend);
});

test.each([
  [{ scopes: ['contacts:read'] }, 'frontend.members.scopes, frontend.links.scopes'],
  [{ members: { scopes: ['send:self'] } }, 'the scopes of members are'],
  [{ members: { scopes: ['contacts:read '] } }, 'the scopes of members are'],
  [{ links: { scopes: ['send:contact'] } }, 'the scopes behind links are'],
  [{ links: { scopes: ['user:read'] } }, 'app.link(path, { scopes })'],
  [{ strangers: { scopes: [] } }, 'strangers'],
])('frontend %j is refused with a reason', (frontend, reason) => {
  expect(() => parseManifest(JSON.stringify({ frontend }))).toThrow(reason);
});
