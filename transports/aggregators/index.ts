import { appositOptions, appositTransport } from './apposit.ts';
import { cellulantSmsOptions, cellulantSmsTransport } from './cellulant-sms.ts';
import { integratOptions, integratTransport } from './integrat.ts';
import { mediaedgeOptions, mediaedgeTransport } from './mediaedge.ts';
import { mediafoneOptions, mediafoneTransport } from './mediafone.ts';
import { mtechKenyaOptions, mtechKenyaTransport } from './mtech-kenya.ts';
import { netcoreOptions, netcoreTransport } from './netcore.ts';
import { operaOptions, operaTransport } from './opera.ts';
import { parlayxOptions, parlayxTransport } from './parlayx.ts';
import { vas2netsOptions, vas2netsTransport } from './vas2nets.ts';

/** The aggregators of Vumi's own transports over HTTP; a new one is a file and a line here and in the groups. */
export const aggregators = {
  vas2nets: vas2netsTransport,
  mediafone: mediafoneTransport,
  cellulant_sms: cellulantSmsTransport,
  mtech_kenya: mtechKenyaTransport,
  apposit: appositTransport,
  netcore: netcoreTransport,
  mediaedge_gsm: mediaedgeTransport,
  opera: operaTransport,
  integrat: integratTransport,
  parlayx: parlayxTransport,
} as const;

/** The options of each, for the reference. */
export const AGGREGATOR_GROUPS = {
  vas2nets: vas2netsOptions,
  mediafone: mediafoneOptions,
  cellulant_sms: cellulantSmsOptions,
  mtech_kenya: mtechKenyaOptions,
  apposit: appositOptions,
  netcore: netcoreOptions,
  mediaedge_gsm: mediaedgeOptions,
  opera: operaOptions,
  integrat: integratOptions,
  parlayx: parlayxOptions,
} as const;
