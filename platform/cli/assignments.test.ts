import { describe, expect, it } from 'vitest';
import { callAssigned } from './assignments.ts';
import { CliError, EXIT } from './exit.ts';

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  password: (value) => typeof value === 'string',
  code: (value) => value === undefined || typeof value === 'string',
  port: Number.isInteger,
};

/** As the platform answers: what it got, or a refusal that names the first wrong field. */
async function set(...words: string[]): Promise<unknown> {
  return callAssigned(words, async (values) => {
    for (const [name, fits] of Object.entries(TYPES)) {
      const { [name]: value } = values;
      const text = value === undefined ? `"${name}" is missing` : `"${name}": not ${typeof value}`;
      if (!fits(value)) throw new CliError(EXIT.refused, text, { field: `config.${name}` });
    }
    return values;
  });
}

describe('options of digits', () => {
  it('are texts where the platform wants texts, to the letter', async () => {
    expect(await set('password=1234', 'port=2775')).toEqual({ password: '1234', port: 2775 });
    expect(await set('password=1e5', 'code=1.0', 'port=1')).toEqual({
      password: '1e5',
      code: '1.0',
      port: 1,
    });
    expect(await set('password=true', 'port=1')).toEqual({ password: 'true', port: 1 });
  });

  it('that are wrong in any form are refused with the first reason', async () => {
    await expect(set('password=x', 'port=abc')).rejects.toThrow('"port"');
    await expect(set('password=1234', 'port=2.5')).rejects.toThrow('"port"');
    await expect(set('port=1')).rejects.toThrow('"password" is missing');
  });
});
