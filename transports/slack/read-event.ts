import { plain } from '../http/answers.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { fieldsOf, listOf, readObject, textOf } from '../http/json.ts';

const NO_JSON: Reading = { kind: 'refused', answer: plain(400, 'no JSON object') };
const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** What a call of Slack says: what people write, and nothing of bots, edits and the channel itself. */
export function readEvent({ body }: ChannelRequest): readonly Reading[] {
  const call = readObject(body);
  if (call === null) return [NO_JSON];
  const event = fieldsOf(call['event']);
  const id = textOf(call['event_id']);
  const from_addr = textOf(event['user']);
  const channel = textOf(event['channel']);
  if (id === undefined || from_addr === undefined || channel === undefined || !isSaid(event)) return [];
  const [authorization] = listOf(call['authorizations']);
  const bot = textOf(authorization?.['user_id']) ?? textOf(call['api_app_id']) ?? null;
  const thread_ts = textOf(event['thread_ts']);
  const slack = { channel, ts: event['ts'], ...(thread_ts === undefined ? {} : { thread_ts }) };
  return [
    {
      kind: 'message',
      id,
      fields: {
        to_addr: bot,
        from_addr,
        group: event['channel_type'] === 'im' ? null : channel,
        content: plainText(textOf(event['text']) ?? '', bot),
        transport_metadata: { slack },
      },
    },
  ];
}

/** By a person, and neither an edit nor a notice of the channel. */
function isSaid({ type, bot_id, subtype }: Readonly<Record<string, unknown>>): boolean {
  return (type === 'message' || type === 'app_mention') && bot_id === undefined && subtype === undefined;
}

/** Without the marks of Slack: what is escaped, and the name of the bot in front. */
function plainText(text: string, bot: string | null): string {
  const said = bot !== null && text.startsWith(`<@${bot}>`) ? text.slice(bot.length + 3).trimStart() : text;
  return said.replaceAll(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity);
}
