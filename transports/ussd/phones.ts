import { africasTalkingPhone } from './africas-talking.ts';
import { airtelPhone } from './airtel.ts';
import { arkeselPhone } from './arkesel.ts';
import { cellulantPhone } from './cellulant.ts';
import { dmarkPhone } from './dmark.ts';
import { advantaPhone, bongaPhone, crossgatePhone } from './get-con-end.ts';
import { aatPhone, vodacomPhone } from './headertext.ts';
import { hollatagsPhone } from './hollatags.ts';
import { hubtelPhone } from './hubtel.ts';
import { imimobilePhone } from './imimobile.ts';
import { infobipPhone } from './infobip.ts';
import { madapiPhone } from './madapi.ts';
import { moolrePhone } from './moolre.ts';
import { mtechPhone } from './mtech.ts';
import { naloPhone } from './nalo.ts';
import { mtnRwandaPhone, trueAfricanPhone } from './rpc.ts';
import { safaricomPhone } from './safaricom.ts';
import { truroutePhone } from './truroute.ts';
import type { ussdTransports } from './index.ts';
import type { UssdPhone } from './phone.ts';

/** The network with phones of each type of USSD over HTTP. */
export const ussdPhones = {
  africastalking_ussd: africasTalkingPhone,
  advanta_ussd: advantaPhone,
  bonga_ussd: bongaPhone,
  crossgate_ussd: crossgatePhone,
  hubtel_ussd: hubtelPhone,
  arkesel_ussd: arkeselPhone,
  nalo_ussd: naloPhone,
  moolre_ussd: moolrePhone,
  hollatags_ussd: hollatagsPhone,
  mtn_madapi_ussd: madapiPhone,
  truroute_ussd: truroutePhone,
  cellulant: cellulantPhone,
  infobip_ussd: infobipPhone,
  airtel_ussd: airtelPhone,
  mtech_ussd: mtechPhone,
  vodacom_messaging: vodacomPhone,
  aat_ussd: aatPhone,
  safaricom: safaricomPhone,
  mtn_rwanda_ussd: mtnRwandaPhone,
  trueafrican_ussd: trueAfricanPhone,
  imimobile_ussd: imimobilePhone,
  dmark_ussd: dmarkPhone,
} as const satisfies Record<keyof typeof ussdTransports, UssdPhone>;
