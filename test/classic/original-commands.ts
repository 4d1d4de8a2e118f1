export type Command = Record<string, unknown>;

/** A command that fails: its reason goes to the app. */
export class Refused extends Error {}

/** The parent of the original ended a run for it. */
export class UnknownCommand extends Error {}
