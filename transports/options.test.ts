import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { AGGREGATOR_GROUPS, aggregators } from './aggregators/index.ts';
import { BLUESKY_GROUPS } from './bluesky/config.ts';
import { DEVNULL_GROUPS } from './devnull/devnull.ts';
import { EMAIL_GROUPS } from './email/config.ts';
import { GAMMU_GROUPS } from './gammu/config.ts';
import { HTTP_API_GROUPS } from './http_api/config.ts';
import { OLD_HTTP_GROUPS } from './http_api/old-http.ts';
import { ussdGroups } from './http/ussd/define-ussd.ts';
import { HTTP_RPC_GROUPS } from './http_rpc/http-rpc.ts';
import { IRC_GROUPS } from './irc/config.ts';
import { MTN_NIGERIA_GROUPS } from './mtn_nigeria/config.ts';
import { PHONE_GROUPS, phones } from './phones/index.ts';
import { MASTODON_GROUPS } from './mastodon/config.ts';
import { OPTION_GROUPS } from './smpp/config.ts';
import { messengerGroups } from './messenger/config.ts';
import { SLACK_GROUPS } from './slack/config.ts';
import { TELEGRAM_GROUPS } from './telegram/config.ts';
import { SMS_GROUPS, smsProviders } from './sms/registry.ts';
import { transportTypes } from './registry.ts';
import { TELNET_GROUPS } from './telnet/config.ts';
import { BRIDGE_GROUPS } from './vumi_bridge/config.ts';
import { WEB_CHAT_GROUPS } from './web_chat/config.ts';
import { WECHAT_GROUPS } from './wechat/config.ts';
import { WHATSAPP_GROUPS } from './whatsapp_cloud/config.ts';
import { X_GROUPS } from './x/config.ts';
import { XMPP_GROUPS } from './xmpp/config.ts';
import { renderReference } from './testing/options-reference.ts';
import { TRUTEQ_GROUPS } from './truteq/config.ts';
import { ussdPhones } from './ussd/phones.ts';

const MESSENGER_GROUPS = messengerGroups('the name of the type');
const PROCESSORS = ' What Vumi keeps in sections `…_processor_config` may stand there or here.';
const USSD_GROUPS = ussdGroups('ussd');
const USSD_TYPES = Object.keys(ussdPhones);
const COMMON = ' Those that all share are in [sms/OPTIONS.md](../sms/OPTIONS.md).';
const references = [
  ['./smpp/OPTIONS.md', renderReference(['smpp'], OPTION_GROUPS, PROCESSORS)],
  ['./http_api/OPTIONS.md', renderReference(['http_api'], HTTP_API_GROUPS)],
  ['./http_api/OLD-OPTIONS.md', renderReference(['old_simple_http', 'old_template_http'], OLD_HTTP_GROUPS)],
  ['./http_rpc/OPTIONS.md', renderReference(['http_rpc'], HTTP_RPC_GROUPS)],
  ['./vumi_bridge/OPTIONS.md', renderReference(['vumi_bridge'], BRIDGE_GROUPS)],
  ['./telnet/OPTIONS.md', renderReference(['telnet'], TELNET_GROUPS)],
  ['./email/OPTIONS.md', renderReference(['email'], EMAIL_GROUPS)],
  ['./devnull/OPTIONS.md', renderReference(['devnull'], DEVNULL_GROUPS)],
  ['./truteq/OPTIONS.md', renderReference(['truteq'], TRUTEQ_GROUPS)],
  ['./mtn_nigeria/OPTIONS.md', renderReference(['mtn_nigeria_ussd'], MTN_NIGERIA_GROUPS)],
  ['./gammu/OPTIONS.md', renderReference(['gammu'], GAMMU_GROUPS)],
  ['./whatsapp_cloud/OPTIONS.md', renderReference(['whatsapp_cloud'], WHATSAPP_GROUPS)],
  ['./wechat/OPTIONS.md', renderReference(['wechat'], WECHAT_GROUPS)],
  ['./slack/OPTIONS.md', renderReference(['slack'], SLACK_GROUPS)],
  ['./telegram/OPTIONS.md', renderReference(['telegram'], TELEGRAM_GROUPS)],
  ['./bluesky/OPTIONS.md', renderReference(['bluesky'], BLUESKY_GROUPS)],
  ['./mastodon/OPTIONS.md', renderReference(['mastodon'], MASTODON_GROUPS)],
  ['./messenger/OPTIONS.md', renderReference(['messenger', 'instagram'], MESSENGER_GROUPS)],
  ['./web_chat/OPTIONS.md', renderReference(['web_chat'], WEB_CHAT_GROUPS)],
  ['./irc/OPTIONS.md', renderReference(['irc'], IRC_GROUPS)],
  ['./ussd/OPTIONS.md', renderReference(USSD_TYPES, USSD_GROUPS)],
  ['./aggregators/OPTIONS.md', renderReference(Object.keys(aggregators), AGGREGATOR_GROUPS, COMMON)],
  ['./phones/OPTIONS.md', renderReference(Object.keys(phones), PHONE_GROUPS)],
  ['./sms/OPTIONS.md', renderReference(Object.keys(smsProviders), SMS_GROUPS)],
  ['./x/OPTIONS.md', renderReference(['x'], X_GROUPS)],
  ['./xmpp/OPTIONS.md', renderReference(['xmpp'], XMPP_GROUPS)],
] as const;

/** With `-u` vitest writes them again. */
it.each(references)('%s is the reference that the schema makes', async (file, text) => {
  await expect(text).toMatchFileSnapshot(file);
});

it.each(
  Object.entries({
    OPTION_GROUPS,
    HTTP_API_GROUPS,
    OLD_HTTP_GROUPS,
    HTTP_RPC_GROUPS,
    TELNET_GROUPS,
    BRIDGE_GROUPS,
    DEVNULL_GROUPS,
    EMAIL_GROUPS,
    TRUTEQ_GROUPS,
    MTN_NIGERIA_GROUPS,
    GAMMU_GROUPS,
    WHATSAPP_GROUPS,
    TELEGRAM_GROUPS,
    SLACK_GROUPS,
    WECHAT_GROUPS,
    MESSENGER_GROUPS,
    MASTODON_GROUPS,
    BLUESKY_GROUPS,
    IRC_GROUPS,
    WEB_CHAT_GROUPS,
    USSD_GROUPS,
    SMS_GROUPS,
    PHONE_GROUPS,
    XMPP_GROUPS,
    X_GROUPS,
    AGGREGATOR_GROUPS,
  }),
)('every option of %s is described', (_name, groups) => {
  for (const options of Object.values(groups)) {
    for (const [name, schema] of Object.entries(options)) {
      expect((schema as { description?: string }).description, name).toBeTruthy();
    }
  }
});

const PAGES = new URL('../docs/channels/', import.meta.url);
const INDEX = 'README.md';
/** SMPP and the plain HTTP APIs. */
const HERE = '../../transports/README.md';

/** The page that says how to set a type up. */
function pageOf(type: string): string {
  const pages = readdirSync(PAGES).filter((file) => file !== INDEX);
  const names = new RegExp(`(--type |\`)${type}\\b`);
  return pages.findLast((file) => names.test(readFileSync(new URL(file, PAGES), 'utf8'))) ?? HERE;
}

/** Vumi's names for it. */
function classesOf(aliases: Readonly<Record<string, unknown>>): string {
  const classes = new Set(Object.keys(aliases).map((alias) => alias.slice(alias.lastIndexOf('.') + 1)));
  return classes.size === 0 ? '' : ` (Vumi's ${[...classes].join(', ')})`;
}

it('the list of channels has a line for each type, with its page', async () => {
  const rows = Object.values(transportTypes).map(
    ({ type, summary, aliases }) => `- [\`${type}\`](${pageOf(type)}): ${summary}${classesOf(aliases)}`,
  );
  const text = [
    '# Channels',
    '',
    'Every kind of transport: `npx vumi transport types` lists them, `npx vumi transport set NAME --type TYPE` makes one, and',
    '`npx vumi transport urls NAME` says what to enter at the provider. Made from the types by `transports/options.test.ts`.',
    '',
    ...rows,
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(new URL(INDEX, PAGES).pathname);
});
