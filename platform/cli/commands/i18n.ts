import type { Command } from 'commander';
import { withExample } from '../examples.ts';
import { CliError, EXIT } from '../exit.ts';
import type { LanguageStatus } from '../i18n/translations.ts';
import { table, write, writeJson } from '../output.ts';

export function addLanguageCommands(program: Command): void {
  const i18n = program
    .command('i18n')
    .description('translations of an app: find its texts, see what is missing');
  withExample(
    i18n
      .command('extract')
      .argument('[dir]', 'the folder of the app', '.')
      .description('bring languages/*.po up to date with the texts of the code')
      .option('--language <codes...>', 'languages (default: those of vumi.json and of languages/)'),
    'npx vumi i18n extract clinic --language zu sw',
  ).action(async (dir: string, { language = [] }: { language?: string[] }, command: Command) => {
    const { extract } = await import('../i18n/translations.ts');
    const files = await extract(dir, language);
    if (command.optsWithGlobals()['json'] === true) return writeJson({ files });
    const rows = files.map(({ path, texts, added, fuzzy, obsolete }) => [
      path,
      texts,
      added,
      fuzzy,
      obsolete,
    ]);
    write(table(['FILE', 'TEXTS', 'NEW', 'CHANGED', 'GONE'], rows));
  });
  withExample(
    i18n
      .command('status')
      .argument('[dir]', 'the folder of the app', '.')
      .description('what is translated, and the longest text of each language')
      .option('--strict', 'fail where a text has no translation, or one of a text that has changed since'),
    'npx vumi i18n status clinic --strict',
  ).action(async (dir: string, { strict = false }: { strict?: boolean }, command: Command) => {
    const { statusOf } = await import('../i18n/translations.ts');
    const languages = await statusOf(dir);
    if (command.optsWithGlobals()['json'] === true) writeJson({ languages });
    else write(statusText(languages));
    const open = languages.filter(({ fuzzy, missing }) => fuzzy + missing > 0);
    if (strict && open.length > 0)
      throw new CliError(
        EXIT.refused,
        `not all is translated: ${open.map(({ language }) => language).join(', ')}. Translate languages/*.po, or leave --strict out.`,
      );
  });
}

const SHOWN = 40;

function statusText(languages: readonly LanguageStatus[]): string {
  const headings = [
    'LANGUAGE',
    'DONE',
    'FUZZY',
    'MISSING',
    'UNITS',
    'SMS',
    'ALPHABET',
    'BECAUSE OF',
    'LONGEST TEXT',
  ];
  const rows = languages.map(({ language, done, fuzzy, missing, longest }) => [
    language,
    done,
    fuzzy,
    missing,
    longest?.units,
    longest?.segments,
    longest?.alphabet,
    longest?.tipping,
    longest?.text.slice(0, SHOWN),
  ]);
  return table(headings, rows);
}
