import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import {
  callerOptions,
  checkCallers,
  heldOptions,
  ignoredHttpOptions,
  messageOptions,
} from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';

const accountOptions = {
  auth_token: secretSchema.describe('Token of the server configuration, which WeChat signs its calls with'),
  wechat_appid: z.string().min(1).describe('AppID of the official account'),
  wechat_secret: secretSchema.describe('AppSecret of the official account'),
  wechat_menu: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      "Menu of the account as WeChat's `menu/create` wants it, such as `{button: […]}`; it is made at each start. Default: none, the menu stays as it is",
    ),
  api_url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.weixin.qq.com/cgi-bin/')
    .describe('Where the API is: another region, or a test. Default: `https://api.weixin.qq.com/cgi-bin/`'),
} as const;

const menuOptions = {
  wechat_mask_lifetime: z
    .number()
    .positive()
    .default(3600)
    .describe(
      'Seconds that what a user chose in the menu is part of the address that he writes to. Default: 3600',
    ),
} as const;

const answerOptions = {
  ...heldOptions(4.5),
  request_timeout: z
    .number()
    .positive()
    .max(86_400)
    .default(4.5)
    .describe(
      'Seconds that a call waits for the reply to be its answer; a later reply is a request of its own. WeChat waits 5. Default: 4.5',
    ),
};

/** The options in the groups in which the reference lists them. */
export const WECHAT_GROUPS = {
  Account: accountOptions,
  Menu: menuOptions,
  Messages: messageOptions('wechat'),
  Callers: callerOptions,
  Replies: answerOptions,
  Sending: sendOptions,
  'Options that mean nothing': ignoredHttpOptions,
} as const;

export const wechatConfigSchema = z
  .strictObject({
    ...accountOptions,
    ...menuOptions,
    ...messageOptions('wechat'),
    ...callerOptions,
    ...answerOptions,
    ...sendOptions,
    ...ignoredHttpOptions,
  })
  .superRefine(checkCallers);

export type WechatConfig = z.infer<typeof wechatConfigSchema>;
