/** For tests of applications. */
export { messageOf, openApplicationPlace, type ApplicationPlace } from './application-place.ts';
export {
  openReceiver,
  type Answering,
  type Received,
  type ReceiverAnswer,
  type ReceiverPlace,
} from './receiver-place.ts';
