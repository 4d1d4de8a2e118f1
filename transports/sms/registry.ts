import { africasTalkingOptions, africasTalkingTransport } from './africas-talking.ts';
import { capcom6Options, capcom6Transport } from './capcom6.ts';
import { clickatellOptions, clickatellTransport } from './clickatell.ts';
import { dmarkSmsOptions, dmarkSmsTransport } from './dmark.ts';
import { externalOptions, externalTransport } from './external.ts';
import { hubtelOptions, hubtelTransport } from './hubtel.ts';
import { infobipOptions, infobipTransport } from './infobip.ts';
import { mtnOptions, mtnTransport } from './mtn.ts';
import { orangeOptions, orangeTransport } from './orange.ts';
import { COMMON_GROUPS } from './provider.ts';
import { termiiOptions, termiiTransport } from './termii.ts';
import { twilioOptions, twilioTransport } from './twilio.ts';
import { vonageOptions, vonageTransport } from './vonage.ts';
import { yoOptions, yoTransport } from './yo.ts';

/** Providers of SMS by HTTP; a new one is a file and a line here and in the groups. */
export const smsProviders = {
  external: externalTransport,
  africas_talking: africasTalkingTransport,
  twilio: twilioTransport,
  infobip: infobipTransport,
  clickatell: clickatellTransport,
  termii: termiiTransport,
  vonage: vonageTransport,
  hubtel: hubtelTransport,
  orange: orangeTransport,
  mtn: mtnTransport,
  dmark_sms: dmarkSmsTransport,
  yo: yoTransport,
  capcom6: capcom6Transport,
} as const;

/** The options of each, and those of all, for the reference. */
export const SMS_GROUPS = {
  external: externalOptions,
  africas_talking: africasTalkingOptions,
  twilio: twilioOptions,
  infobip: infobipOptions,
  clickatell: clickatellOptions,
  termii: termiiOptions,
  vonage: vonageOptions,
  hubtel: hubtelOptions,
  orange: orangeOptions,
  mtn: mtnOptions,
  dmark_sms: dmarkSmsOptions,
  yo: yoOptions,
  capcom6: capcom6Options,
  ...COMMON_GROUPS,
} as const;
