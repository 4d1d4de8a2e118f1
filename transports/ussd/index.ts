import type { TransportType } from '../transport-type.ts';
import { africasTalkingUssd } from './africas-talking.ts';
import { airtelUssd } from './airtel.ts';
import { arkeselUssd } from './arkesel.ts';
import { cellulantUssd } from './cellulant.ts';
import { dmarkUssd } from './dmark.ts';
import { advantaUssd, bongaUssd, crossgateUssd } from './get-con-end.ts';
import { aatUssd, vodacomUssd } from './headertext.ts';
import { hollatagsUssd } from './hollatags.ts';
import { hubtelUssd } from './hubtel.ts';
import { imimobileUssd } from './imimobile.ts';
import { infobipUssd } from './infobip.ts';
import { madapiUssd } from './madapi.ts';
import { moolreUssd } from './moolre.ts';
import { mtechUssd } from './mtech.ts';
import { naloUssd } from './nalo.ts';
import { mtnRwandaUssd, trueAfricanUssd } from './rpc.ts';
import { safaricomUssd } from './safaricom.ts';
import { trurouteUssd } from './truroute.ts';

/** Every network of USSD over HTTP; a new one is a file, a line here and one in `phones.ts`. */
export const ussdTransports = {
  africastalking_ussd: africasTalkingUssd,
  advanta_ussd: advantaUssd,
  bonga_ussd: bongaUssd,
  crossgate_ussd: crossgateUssd,
  hubtel_ussd: hubtelUssd,
  arkesel_ussd: arkeselUssd,
  nalo_ussd: naloUssd,
  moolre_ussd: moolreUssd,
  hollatags_ussd: hollatagsUssd,
  mtn_madapi_ussd: madapiUssd,
  truroute_ussd: trurouteUssd,
  cellulant: cellulantUssd,
  infobip_ussd: infobipUssd,
  airtel_ussd: airtelUssd,
  mtech_ussd: mtechUssd,
  vodacom_messaging: vodacomUssd,
  aat_ussd: aatUssd,
  safaricom: safaricomUssd,
  mtn_rwanda_ussd: mtnRwandaUssd,
  trueafrican_ussd: trueAfricanUssd,
  imimobile_ussd: imimobileUssd,
  dmark_ussd: dmarkUssd,
} as const satisfies Record<string, TransportType>;
