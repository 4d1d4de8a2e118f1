import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { errorAddress } from './error-address.ts';
import { ERROR_REFERENCE } from './error-reference.ts';
import { ERROR_CODES, VumiError, type ErrorCode } from './errors.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/errors.md', import.meta.url));
const INTRODUCTION = `# Errors

Every error has a code that never changes its meaning, and a text that says of this one case what to do. The API answers
with \`application/problem+json\`: \`code\`, \`detail\` (the text), \`field\` where one is to blame, and in \`docs\` the address of
the code on this page, as the platform serves it: \`/docs/errors/#request.invalid\`. The command prints that address below
what went wrong. Logs and failures have code and text, too.

**Again**: the same may succeed later without a change; a message is tried again. **Outage**: something that the platform
needs does not answer; messages wait for it without using up their attempts.

<!-- Made of platform/core/error-reference.ts by the test beside it: run that with -u after a change. -->
`;

function section(code: ErrorCode): string {
  const { meaning, remedy } = ERROR_REFERENCE[code];
  const { status, retry, outage } = new VumiError(code, '');
  const kind = outage ? 'outage' : retry ? 'again' : null;
  return `\n<a id="${code}"></a>\n\n## \`${code}\`\n\nHTTP ${status}${kind === null ? '' : `, ${kind}`}. ${meaning} ${remedy}\n`;
}

describe('the reference of errors', () => {
  test('docs/errors.md has every code, with what the catalogue says of it', async () => {
    await expect(INTRODUCTION + ERROR_CODES.map(section).join('')).toMatchFileSnapshot(DOCUMENT);
  });

  test('has an anchor for each code, to which its address leads', () => {
    for (const code of ERROR_CODES) {
      expect(errorAddress('https://vumi.example/', code)).toBe(`https://vumi.example/docs/errors/#${code}`);
      expect(section(code)).toContain(`<a id="${code}"></a>`);
    }
  });

  test.each(ERROR_CODES)('%s is told in whole sentences of one line', (code) => {
    for (const text of Object.values(ERROR_REFERENCE[code])) expect(text).toMatch(/^[A-Z][^\n]*\.$/);
  });
});
