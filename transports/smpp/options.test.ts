import { expect, it } from 'vitest';
import { OPTION_GROUPS } from './config.ts';
import { renderReference } from '../testing/options-reference.ts';

/** With `-u` vitest writes it again. */
it('the reference of options is the one that the schema makes', async () => {
  await expect(renderReference(OPTION_GROUPS)).toMatchFileSnapshot('./OPTIONS.md');
});

it('every option is described', () => {
  for (const options of Object.values(OPTION_GROUPS)) {
    for (const [name, schema] of Object.entries(options)) expect(schema.description, name).toBeTruthy();
  }
});
