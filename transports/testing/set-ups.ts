import { AGGREGATOR_SET_UPS } from './aggregator-set-ups.ts';
import { EMAIL_SET_UP } from './email-double.ts';
import { GAMMU_SET_UP } from './gammu-set-up.ts';
import { CHAT_SET_UPS } from './chat-doubles.ts';
import { HTTP_SET_UPS } from './http-doubles.ts';
import { IRC_SET_UP } from './irc-double.ts';
import { MTN_NIGERIA_SET_UP } from './mtn-nigeria-double.ts';
import { PHONE_SET_UPS } from './phone-set-ups.ts';
import { PROVIDER_SET_UPS } from './provider-set-ups.ts';
import { SOCKET_SET_UPS } from './socket-doubles.ts';
import { SMPP_SET_UP } from './smpp-double.ts';
import { TRUTEQ_SET_UP } from './truteq-double.ts';
import { XMPP_SET_UP } from './xmpp-double.ts';
import { VUMI_BRIDGE_SET_UP } from './vumi-bridge-double.ts';
import { WECHAT_SET_UP } from './wechat-double.ts';
import { WEB_CHAT_SET_UP } from './web-chat-double.ts';
import { STREAM_SET_UPS } from './stream-set-ups.ts';
import type { TransportSetUp } from './transport-double.ts';
import { USSD_SET_UPS } from './ussd-double.ts';

/** How each type of the registry is set up for the contract of transports; a new type adds a line. */
export const SET_UPS: readonly TransportSetUp[] = [
  SMPP_SET_UP,
  ...HTTP_SET_UPS,
  ...PROVIDER_SET_UPS,
  VUMI_BRIDGE_SET_UP,
  ...PHONE_SET_UPS,
  ...AGGREGATOR_SET_UPS,
  ...SOCKET_SET_UPS,
  EMAIL_SET_UP,
  TRUTEQ_SET_UP,
  MTN_NIGERIA_SET_UP,
  GAMMU_SET_UP,
  ...CHAT_SET_UPS,
  ...STREAM_SET_UPS,
  WECHAT_SET_UP,
  IRC_SET_UP,
  WEB_CHAT_SET_UP,
  ...USSD_SET_UPS,
  XMPP_SET_UP,
];
