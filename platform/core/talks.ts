/**
 * What the platform and the SDK, which is part of an app's code, agree on about conversations (decision 39). A conversation is
 * remembered under this and the app's own address, in the state of its user.
 */
export const TALK_KEY = 'vumi:talk:';

/** True in the `app` of a turn that is taken back where its conversation does not fit the app's code. */
export const MUST_FIT = Symbol.for('vumi:must-fit');
