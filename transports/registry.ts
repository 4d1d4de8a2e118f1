import { aggregators } from './aggregators/index.ts';
import { blueskyTransport } from './bluesky/bluesky.ts';
import { devnullTransport } from './devnull/devnull.ts';
import { emailTransport } from './email/email.ts';
import { gammuTransport } from './gammu/gammu.ts';
import { httpApiTransport } from './http_api/http-api.ts';
import { oldSimpleHttpTransport, oldTemplateHttpTransport } from './http_api/old-http.ts';
import { httpRpcTransport } from './http_rpc/http-rpc.ts';
import { ircTransport } from './irc/irc.ts';
import { mastodonTransport } from './mastodon/mastodon.ts';
import { mtnNigeriaTransport } from './mtn_nigeria/mtn-nigeria.ts';
import { phones } from './phones/index.ts';
import { smppTransport } from './smpp/smpp-transport.ts';
import { smsProviders } from './sms/registry.ts';
import { telnetTransport } from './telnet/telnet.ts';
import { truteqTransport } from './truteq/truteq.ts';
import { instagramTransport, messengerTransport } from './messenger/messenger.ts';
import { slackTransport } from './slack/slack.ts';
import { telegramTransport } from './telegram/telegram.ts';
import { xmppTransport } from './xmpp/xmpp.ts';
import { xTransport } from './x/x.ts';
import type { TransportType } from './transport-type.ts';
import { vumiBridgeTransport } from './vumi_bridge/vumi-bridge.ts';
import { webChatTransport } from './web_chat/web-chat.ts';
import { wechatTransport } from './wechat/wechat.ts';
import { whatsappCloudTransport } from './whatsapp_cloud/whatsapp-cloud.ts';
import { ussdTransports } from './ussd/index.ts';

/** Every kind of transport; a new one is a folder and a line here. */
export const transportTypes = {
  smpp: smppTransport,
  http_api: httpApiTransport,
  http_rpc: httpRpcTransport,
  old_simple_http: oldSimpleHttpTransport,
  old_template_http: oldTemplateHttpTransport,
  vumi_bridge: vumiBridgeTransport,
  telnet: telnetTransport,
  devnull: devnullTransport,
  email: emailTransport,
  truteq: truteqTransport,
  mtn_nigeria_ussd: mtnNigeriaTransport,
  gammu: gammuTransport,
  whatsapp_cloud: whatsappCloudTransport,
  telegram: telegramTransport,
  messenger: messengerTransport,
  instagram: instagramTransport,
  slack: slackTransport,
  mastodon: mastodonTransport,
  bluesky: blueskyTransport,
  x: xTransport,
  wechat: wechatTransport,
  irc: ircTransport,
  web_chat: webChatTransport,
  ...ussdTransports,
  ...smsProviders,
  ...phones,
  xmpp: xmppTransport,
  ...aggregators,
} as const satisfies Record<string, TransportType>;
