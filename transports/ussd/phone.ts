/** A step of a session as somebody at a phone makes it. */
export interface PhoneStep {
  readonly session: string;
  readonly from: string;
  /** The code that was dialled. */
  readonly to: string;
  readonly event: 'new' | 'resume' | 'close';
  /** What is typed; nothing in the opening. */
  readonly input: string;
  /** What was typed before, first to last. */
  readonly before: readonly string[];
  /** Counted from 1. */
  readonly number: number;
  /** What the screen before said that the network has to bring back. */
  readonly next: string | null;
}

/** How a network tells it. */
export interface PhoneRequest {
  readonly method: 'GET' | 'POST';
  /** Below the URL that the network was given. Absent: nothing. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** At most one of these. */
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly xml?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PhoneAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the phone shows of an answer of 200. */
export interface PhoneScreen {
  readonly text: string;
  /** The session has ended with it. */
  readonly ends: boolean;
  readonly next?: string | null;
}

/**
 * The other side of a dialect: a network with phones, for trying services out and for tests. It shares nothing with the
 * dialect, so that each proves the other. `show` throws for an answer that the network would not understand.
 */
export interface UssdPhone {
  /** `config`: options of the transport, of which the network knows what it was told. */
  ask(step: PhoneStep, config: Readonly<Record<string, unknown>>): PhoneRequest;
  show(answer: PhoneAnswer): PhoneScreen;
}

/** A screen whose first word says whether the session goes on. */
export function showConEnd({ body }: PhoneAnswer): PhoneScreen {
  const found = /^(CON|END) (.*)$/s.exec(body);
  if (found === null) throw new SyntaxError(`the answer begins with neither CON nor END: ${body}`);
  return { text: found[2] ?? '', ends: found[1] === 'END' };
}

/** The fields of a JSON object. */
export function jsonOf({ body }: PhoneAnswer): Readonly<Record<string, unknown>> {
  return JSON.parse(body) as Record<string, unknown>;
}

/** A field that must be a text. */
export function textIn(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new SyntaxError(`the answer has no text "${name}"`);
  return value;
}
