import {
  NATIONAL_LANGUAGES,
  previewText,
  TEXT_ALPHABETS,
  type TextOptions,
  type TextPreview,
} from '@vumi/core/text';
import { Option, type Command } from 'commander';
import { withExample } from '../examples.ts';
import { table } from '../output.ts';
import { openSession } from '../session.ts';

interface SegmentOptions {
  readonly transport?: string;
  readonly alphabet?: NonNullable<TextOptions['alphabet']>;
  readonly language?: NonNullable<TextOptions['languages']>;
}

export function addSmsCommands(program: Command): void {
  const sms = program.command('sms').description('text messages: what they cost');
  const segments = sms
    .command('segments')
    .argument('<text>')
    .description('how a text is encoded and cut, and which characters make it dearer; asks no platform')
    .option('--transport <name>', 'as this transport of the platform sends it')
    .addOption(new Option('--alphabet <alphabet>', "the SMSC's default alphabet").choices(TEXT_ALPHABETS))
    .addOption(
      new Option('--language <language...>', 'languages whose tables may be used').choices(
        NATIONAL_LANGUAGES,
      ),
    );
  withExample(
    segments,
    'npx vumi sms segments "It’s late"',
    'npx vumi sms segments "Merhaba ğ" --language turkish',
  ).action(async (text: string, options: SegmentOptions, command: Command) => {
    const session = openSession(command);
    const { transport, alphabet, language } = options;
    const preview =
      transport === undefined
        ? previewText(text, {
            ...(alphabet === undefined ? {} : { alphabet }),
            ...(language === undefined ? {} : { languages: language }),
          })
        : await session.client.call<TextPreview>('POST', '/segments', { body: { content: text, transport } });
    session.show(preview, () => describe(preview));
  });
}

function describe(preview: TextPreview): string {
  const { encoding, languages, segments, units, room, left } = preview;
  const tables = languages.length === 0 ? '' : ` with the tables of ${languages.join(' and ')}`;
  const count = `${segments.length} segment${segments.length === 1 ? '' : 's'}`;
  return [
    `${count} of ${encoding}${tables}: ${units} units of ${room} each, ${left} left in the last\n`,
    segments.length === 1 ? '' : table(['SEGMENT', 'UNITS', 'TEXT'], segments.map(segmentRow)),
    describeForeign(preview),
  ].join('');
}

function segmentRow({ text, units }: TextPreview['segments'][number], index: number): string[] {
  return [String(index + 1), String(units), JSON.stringify(text)];
}

function describeForeign({ foreign, cheaper }: TextPreview): string {
  if (foreign.length === 0) return '';
  const rows = foreign.map(({ character, index, count, swap }) => [
    JSON.stringify(character),
    String(index),
    String(count),
    swap === null ? '' : JSON.stringify(swap),
  ]);
  const advice =
    cheaper === null ? '' : `With these swaps it is ${cheaper.segments}: ${JSON.stringify(cheaper.text)}\n`;
  return `Not in the default alphabet:\n${table(['CHARACTER', 'AT', 'TIMES', 'SWAP'], rows)}${advice}`;
}
