import { pythonPattern, VumiError } from '@vumi/core';

/** A group by number or by name, or one of the escapes that Python has in templates. */
const REFERENCE = /\\(?:([1-9]\d?)|g<(\w+)>|([nrt\\]))/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };

/**
 * A template of Python's `match.expand`: `\1` and `\g<1>` stand for the group of that number, `\g<name>` for a named
 * one; a group that took no part is empty.
 */
export function expandTemplate(template: string, match: RegExpExecArray): string {
  return template.replaceAll(REFERENCE, (_, number?: string, name?: string, escape?: string) => {
    if (escape !== undefined) return ESCAPES[escape] ?? '';
    const group = number ?? name ?? '';
    return (/^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group]) ?? '';
  });
}

/**
 * Refuses templates that name a group which the pattern has not. `option` is told, by its path. Throws `config.invalid`.
 */
export function checkTemplates(
  templates: Iterable<readonly [option: string, template: string]>,
  pattern: string,
): void {
  // Beside an empty alternative every pattern matches nothing, with all of its groups.
  const groups = pythonPattern(`${pattern}|`, 'pattern')('');
  const known = new Set([
    ...Object.keys(groups?.groups ?? {}),
    ...Array.from({ length: groups?.length ?? 1 }, (_, number) => String(number)),
  ]);
  for (const [option, template] of templates) {
    for (const [reference, number, name] of template.matchAll(REFERENCE)) {
      const group = number ?? name;
      if (group === undefined || known.has(group)) continue;
      throw new VumiError('config.invalid', `"${option}": "${pattern}" has no group for "${reference}"`, {
        field: option,
      });
    }
  }
}
