import type { ErrorCode } from './errors.ts';

/** What a code means and what to do about it; docs/errors.md is made of it (error-reference.test.ts). */
export const ERROR_REFERENCE: Readonly<
  Record<ErrorCode, { readonly meaning: string; readonly remedy: string }>
> = {
  'message.missing_field': {
    meaning: 'A message lacks a field that its class must have.',
    remedy: 'Add the field that the text names.',
  },
  'message.invalid_field': {
    meaning: 'A field of a message has a value that it cannot have.',
    remedy: 'Correct the field that the text names.',
  },
  'message.not_json': {
    meaning: 'What came in place of a message is not JSON.',
    remedy: 'Look at what publishes to that queue; the body is in its failures.',
  },
  'message.protected_field': {
    meaning: 'A reply tried to set a field that decides where it goes.',
    remedy: 'Leave the field out, or send a message of your own.',
  },
  'message.too_large': {
    meaning: 'The text needs more parts than a network or an option allows.',
    remedy: 'Shorten it, or raise the option that the text names.',
  },
  'message.invalid_receiver': {
    meaning: 'The address is none that its network could deliver to.',
    remedy: 'Write numbers as +27761234567, others as their network has them.',
  },
  'message.empty': {
    meaning: 'The message has no text and nothing else to send.',
    remedy: 'Give it a text.',
  },
  'message.too_late': {
    meaning: 'The message was handed to its network already, or has ended.',
    remedy: 'Nothing: it can be taken back only while it waits.',
  },
  'message.refused': {
    meaning: 'A middleware or a worker takes no such message.',
    remedy: 'Read the text: it is in the words of who refused it.',
  },
  'middleware.no_message': {
    meaning: 'A handler of a middleware returned nothing.',
    remedy: 'Return the message, a changed copy of it, or DROP.',
  },
  'name.not_lower_case': {
    meaning: 'A name that becomes part of a routing key has capital letters.',
    remedy: 'Rename the connector in lower case.',
  },
  'request.invalid': {
    meaning: 'A request has a field that is wrong, missing or unknown.',
    remedy: 'Correct the field that the answer names.',
  },
  'request.not_json': {
    meaning: 'The body of a request is not JSON.',
    remedy: 'Send JSON with the content type application/json.',
  },
  'request.too_large': {
    meaning: 'The body of a request is larger than its limit.',
    remedy: 'Send less at a time; the text says how much may be sent.',
  },
  'request.unsupported_type': {
    meaning: 'A request has a content type that its path does not take.',
    remedy: 'Use the content type that the text names.',
  },
  'request.conflict': {
    meaning: 'What is asked for contradicts what is there.',
    remedy: 'Read the text: it says with what.',
  },
  'request.wrong_cursor': {
    meaning: 'A cursor was given out for another account, another list or other filters.',
    remedy: 'Ask with the filters that the list was begun with, or leave the cursor away to start anew.',
  },
  'request.key_reused': {
    meaning: 'An Idempotency-Key came a second time with another request.',
    remedy: 'Use a key of its own for each request.',
  },
  'request.method_not_allowed': {
    meaning: 'The path exists, the method does not.',
    remedy: 'Use a method of the header Allow.',
  },
  'request.too_many': {
    meaning: 'Who asks has done so too often in the last minute.',
    remedy: 'Wait a minute, and ask again under the same Idempotency-Key.',
  },
  'auth.missing_token': {
    meaning: 'The request has no token.',
    remedy: 'Send the header "Authorization: Bearer TOKEN".',
  },
  'auth.wrong_token': {
    meaning: 'The token is none of this platform, or was revoked.',
    remedy: 'Make one with "vumi token create"; the administrator\'s is in the data folder.',
  },
  'auth.expired_token': {
    meaning: "The token's time is over.",
    remedy: 'Make another one, or sign in to the page again.',
  },
  'auth.forbidden': {
    meaning: 'The token does not reach what was asked for.',
    remedy: 'Use a token of that account with the scope that the text names.',
  },
  not_found: {
    meaning: 'There is nothing under that name.',
    remedy: 'Look at the list of what there is; names are case-sensitive.',
  },
  'account.inactive': {
    meaning: 'The account is switched off.',
    remedy: 'The administrator switches it on: "vumi account activate NAME".',
  },
  'route.conflict': {
    meaning: 'Another route has the same transport, number and keyword.',
    remedy: 'Change one of the two; the answer has the other one.',
  },
  'route.moves_messages': {
    meaning: 'Messages that another app got in the last 30 days would go by the new route.',
    remedy:
      'Look at the proof in the answer; set it with "--accept-moved" (?accept_moved=true) where that is meant.',
  },
  'route.none': {
    meaning: 'A message has no route to go by.',
    remedy: 'Make one: "vumi route set NAME --app APP --transport TRANSPORT --to NUMBER".',
  },
  'route.ambiguous': {
    meaning: 'A message could leave by several routes.',
    remedy: 'Name from_addr and transport, or mark one route as default.',
  },
  'number.taken': {
    meaning: "The number is another account's.",
    remedy: 'Ask who has it to give it up, or take another number.',
  },
  'number.not_assigned': {
    meaning: 'The account does not have the number that it wants to use.',
    remedy: 'The administrator assigns numbers: "vumi number assign".',
  },
  'tag.not_free': {
    meaning: 'The tag is in use, or the pool has none left.',
    remedy: 'Release a tag, or declare more of them.',
  },
  'optout.refused': {
    meaning: 'The receiver wants no messages of this account.',
    remedy: 'Nothing: he may opt in again; replies to what he writes still reach him.',
  },
  'credit.insufficient': {
    meaning: 'The credit of the account does not pay for the message.',
    remedy: 'Top up the account, or ask whoever runs the platform to; then send it again.',
  },
  'bundle.refused': {
    meaning: 'The zip breaks a rule for bundles.',
    remedy: 'Correct what the text names and upload it again.',
  },
  'bundle.does_not_compile': {
    meaning: 'The app has a syntax error, or imports what is not there.',
    remedy: 'Correct the file at the line that the answer has.',
  },
  'app.load_failed': {
    meaning: 'The app threw while it was loaded.',
    remedy: 'Correct what the stack points at; top-level code must not throw.',
  },
  'app.self_test_failed': {
    meaning: 'A transcript of the bundle was not answered as it says.',
    remedy: 'Correct the app, or the transcript.',
  },
  'app.threw': {
    meaning: 'A handler threw, or took longer than its limit.',
    remedy: 'Look at the app\'s log: "vumi app logs APP".',
  },
  'app.limit': {
    meaning: 'A handler did more than its limits allow.',
    remedy: 'Do less in one message; the text names the limit.',
  },
  'runner.lost': {
    meaning: 'The process that ran the app has ended.',
    remedy: 'Nothing: the message is handled again.',
  },
  'trial.busy': {
    meaning: 'Too many trials of apps run at the moment.',
    remedy: 'Try again in some seconds.',
  },
  'machine.overloaded': {
    meaning: 'The machine has no CPU left for this.',
    remedy: 'Try again later; run more processes or machines if it lasts.',
  },
  'config.invalid': {
    meaning: 'The configuration has a setting that is wrong, missing or unknown.',
    remedy: 'Correct the setting that the text names: docs/settings.md has all of them.',
  },
  'payment.forged': {
    meaning: 'A webhook of a payment provider is not signed with the secret of its endpoint, or too old.',
    remedy:
      'Compare the secret that is configured with the one of the endpoint, and the clock; forgeries need nothing.',
  },
  'payment.not_configured': {
    meaning: 'The platform sells no credit.',
    remedy: 'The administrator sets payments.stripe and payments.currencies, or adds credit himself.',
  },
  'payment.unavailable': {
    meaning: 'The payment provider has made no place to pay at.',
    remedy: 'Try again later; nothing was paid.',
  },
  'transport.unknown_type': {
    meaning: 'There is no transport of that type.',
    remedy: 'Use one of the types that the text lists.',
  },
  'transport.not_connected': {
    meaning: 'The transport has no connection to its network.',
    remedy: 'Look at "vumi transport list"; messages wait meanwhile.',
  },
  'receiver.unavailable': {
    meaning: 'The web server that messages are forwarded to does not answer.',
    remedy: 'Start it; what is for it waits.',
  },
  'receiver.failing': {
    meaning: 'The web server that messages are forwarded to answers with an error.',
    remedy: 'Look at its log; it is tried again.',
  },
  'receiver.refused': {
    meaning: 'The web server that messages are forwarded to refuses this one.',
    remedy: 'Look at its log; the message is among the failures.',
  },
  'smpp_client.refused': {
    meaning: 'A system that binds over SMPP refused a message.',
    remedy: 'Look at its command_status in the text.',
  },
  'simulator.not_here': {
    meaning: 'No SMSC simulator runs in this platform.',
    remedy: 'Start "vumi smsc", or enable simulators.smsc.',
  },
  'simulator.refused': {
    meaning:
      'A transport does not take what a simulated phone dials, or answers what its network could not show.',
    remedy: 'Look at the text: the code that was dialled, or options such as allowed_addresses.',
  },
  'broker.unavailable': {
    meaning: 'RabbitMQ, or the disk of the embedded broker, takes no messages.',
    remedy: 'Start it, or make room; the text says what was asked.',
  },
  'broker.closed': {
    meaning: 'The process is stopping.',
    remedy: 'Nothing: whoever has the message sends it again.',
  },
  'broker.queue_mismatch': {
    meaning: 'A queue exists with properties that ours must not have.',
    remedy: "Set broker.queue_type to the queue's, or drain and delete the queue.",
  },
  'data.in_use': {
    meaning: 'Another process has the data folder.',
    remedy: 'Stop it, or give each its own folder (VUMI_DATA_DIR).',
  },
  'state.unavailable': {
    meaning: 'Redis, or the disk of the embedded state, does not answer.',
    remedy: 'Start it, or make room; handlers wait meanwhile.',
  },
  'state.not_a_number': {
    meaning: 'A key that is to be counted up holds something else.',
    remedy: 'Delete the key, or use another one.',
  },
  'store.unavailable': {
    meaning: 'Postgres does not answer.',
    remedy: 'Start it; messages wait meanwhile.',
  },
  internal: {
    meaning: 'An error that nobody has foreseen.',
    remedy: 'Look at the log of the process and report it.',
  },
};
