export { AddressRanges, isAddressRange } from './address-ranges.ts';
export { callerOf } from './incoming.ts';
export { basicHeader, isSameSecret, readBasic } from './credentials.ts';
export {
  decodeBody,
  exchange,
  isRedirect,
  type Exchange,
  type ExchangeAnswer,
  type Target,
} from './exchange.ts';
export { findAddresses } from './find-addresses.ts';
export type {
  HttpAnswer,
  HttpHandler,
  HttpPlace,
  HttpPort,
  HttpRequest,
  HttpUpgrade,
  MountOptions,
  OutboundRequest,
  OutboundStream,
  RequestOutcome,
  StreamEnd,
  StreamHearer,
  UpgradeHandler,
} from './http-port.ts';
export { startHttpServer, type HttpServer, type Upgrades } from './http-server.ts';
export { createHttpHub, isHook, type HttpHub } from './hub.ts';
export { NO_PRIVATE_SERVICES, PrivateServices } from './private-services.ts';
export { isPublicAddress } from './public-address.ts';
export { createSender } from './send.ts';
export { createOpener } from './stream.ts';
export { refuseUpgrade } from './upgrade.ts';
export { hostOf, portOf } from './url-parts.ts';
