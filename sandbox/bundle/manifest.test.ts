import { expect, test } from 'vitest';
import { z } from 'zod';
import { manifestSchema, parseManifest } from './manifest.ts';

test('the schema that editors check vumi.json by is that of the platform', async () => {
  const schema = z.toJSONSchema(manifestSchema, { io: 'input', unrepresentable: 'any' });
  const text = `${JSON.stringify({ title: 'vumi.json', ...schema }, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../sdk/vumi.schema.json');
  expect(parseManifest('{ "$schema": "../sdk/vumi.schema.json", "name": "Clinic" }').name).toBe('Clinic');
});
