export * from './address-pattern.ts';
export * from './address-spellings.ts';
export * from './app-clock.ts';
export * from './app-ref.ts';
export * from './body.ts';
export * from './chain.ts';
export * from './class-aliases.ts';
export {
  compareSizes,
  isSurelyLarger,
  MOST_SEGMENTS,
  SIZE_GROUPS,
  sizeGroup,
  type ComparedSizes,
  type PairedSizes,
} from './compare-sizes.ts';
export * from './connector.ts';
export * from './credits.ts';
export * from './csv.ts';
export * from './error-reference.ts';
export * from './error-address.ts';
export * from './errors.ts';
export * from './event.ts';
export * from './exchanges.ts';
export * from './failure.ts';
export * from './fifo.ts';
export * from './guard-inbound.ts';
export * from './ids.ts';
export * from './input.ts';
export * from './interface.ts';
export * from './junebug-router.ts';
export * from './json-parts.ts';
export { keepLeased } from './keep-leased.ts';
export * from './kept-for.ts';
export * from './keyword.ts';
export * from './lanes.ts';
export * from './lifecycle.ts';
export * from './live-versions.ts';
export * from './load-extension.ts';
export * from './logger.ts';
export * from './message.ts';
export * from './middleware.ts';
export * from './names.ts';
export * from './network-exchange.ts';
export * from './number-book.ts';
export * from './page-scopes.ts';
export * from './phone-number.ts';
export * from './ports.ts';
export * from './printable.ts';
export * from './optout-schedule.ts';
export * from './private-service.ts';
export * from './python-pattern.ts';
export * from './recurrence.ts';
export * from './replay.ts';
export * from './request-signature.ts';
export * from './rich/in-text.ts';
export * from './rich/received.ts';
export * from './rich/send.ts';
export * from './route-connector.ts';
export * from './run-kind.ts';
export * from './schedule-message.ts';
export * from './sealed-answers.ts';
export * from './sealed-value.ts';
export * from './secret.ts';
export * from './send-request.ts';
export { failsMore, isSurelyWorse, LEAST_TRIES, type Tally } from './sequential-test.ts';
export * from './smpp-client.ts';
export * from './secret-answers.ts';
export * from './stamp.ts';
export * from './starred.ts';
export * from './status.ts';
export * from './tag.ts';
export * from './timestamp.ts';
export * from './route-proof.ts';
export * from './type-names.ts';
export * from './validity.ts';
export * from './webhook.ts';
export * from './wire.ts';
