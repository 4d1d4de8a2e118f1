interface CatalogueEntry {
  readonly status: number;
  readonly retry: boolean;
  readonly outage?: boolean;
}

/** What can go wrong, in one place. Codes are stable and never reused; messages say what to do. */
const CATALOGUE = {
  'message.missing_field': { status: 400, retry: false },
  'message.invalid_field': { status: 400, retry: false },
  'message.not_json': { status: 400, retry: false },
  'message.protected_field': { status: 400, retry: false },
  'message.too_large': { status: 413, retry: false },
  'message.invalid_receiver': { status: 422, retry: false },
  'message.empty': { status: 422, retry: false },
  'message.too_late': { status: 409, retry: false },
  'message.refused': { status: 422, retry: false },
  'middleware.no_message': { status: 500, retry: false },
  'name.not_lower_case': { status: 400, retry: false },
  'request.invalid': { status: 400, retry: false },
  'request.not_json': { status: 400, retry: false },
  'request.too_large': { status: 413, retry: false },
  'request.unsupported_type': { status: 415, retry: false },
  'request.conflict': { status: 409, retry: false },
  'request.key_reused': { status: 409, retry: false },
  'request.wrong_cursor': { status: 400, retry: false },
  'request.method_not_allowed': { status: 405, retry: false },
  'request.too_many': { status: 429, retry: true },
  'auth.missing_token': { status: 401, retry: false },
  'auth.wrong_token': { status: 401, retry: false },
  'auth.expired_token': { status: 401, retry: false },
  'auth.forbidden': { status: 403, retry: false },
  not_found: { status: 404, retry: false },
  'account.inactive': { status: 403, retry: false },
  'route.conflict': { status: 409, retry: false },
  'route.moves_messages': { status: 409, retry: false },
  'route.none': { status: 409, retry: false },
  'route.ambiguous': { status: 409, retry: false },
  'number.taken': { status: 409, retry: false },
  'number.not_assigned': { status: 403, retry: false },
  'tag.not_free': { status: 409, retry: false },
  'optout.refused': { status: 409, retry: false },
  'credit.insufficient': { status: 402, retry: false },
  'bundle.refused': { status: 422, retry: false },
  'bundle.does_not_compile': { status: 422, retry: false },
  'app.load_failed': { status: 422, retry: false },
  'app.self_test_failed': { status: 422, retry: false },
  'app.threw': { status: 500, retry: true },
  'app.limit': { status: 500, retry: true },
  'runner.lost': { status: 503, retry: true },
  'trial.busy': { status: 503, retry: true },
  'machine.overloaded': { status: 503, retry: true },
  'config.invalid': { status: 400, retry: false },
  'payment.forged': { status: 400, retry: false },
  'payment.not_configured': { status: 409, retry: false },
  'payment.unavailable': { status: 502, retry: true },
  'transport.unknown_type': { status: 400, retry: false },
  'transport.not_connected': { status: 503, retry: true, outage: true },
  'receiver.unavailable': { status: 503, retry: true, outage: true },
  'receiver.failing': { status: 502, retry: true },
  'receiver.refused': { status: 502, retry: false },
  'smpp_client.refused': { status: 502, retry: false },
  'simulator.not_here': { status: 503, retry: false },
  'simulator.refused': { status: 409, retry: false },
  'broker.unavailable': { status: 503, retry: true, outage: true },
  'broker.closed': { status: 503, retry: true, outage: true },
  'broker.queue_mismatch': { status: 409, retry: false },
  'data.in_use': { status: 409, retry: false },
  'state.unavailable': { status: 503, retry: true, outage: true },
  'state.not_a_number': { status: 409, retry: false },
  'store.unavailable': { status: 503, retry: true, outage: true },
  internal: { status: 500, retry: true },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof CATALOGUE;
export const ERROR_CODES = Object.keys(CATALOGUE) as ErrorCode[];

export interface VumiErrorOptions {
  readonly cause?: unknown;
  /** The offending field of the input, as a path: `helper_metadata.tag`. */
  readonly field?: string;
  /** More members for whoever answers the caller, such as the other route of a conflict. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export class VumiError extends Error {
  override readonly name = 'VumiError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: VumiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.details = options.details;
  }

  /** HTTP status for whoever answers a request with this error. */
  get status(): number {
    return CATALOGUE[this.code].status;
  }

  /** Whether the same action may succeed later without anybody changing its input. */
  get retry(): boolean {
    return CATALOGUE[this.code].retry;
  }

  /**
   * Whether something that the platform needs does not answer. It says nothing about the input, so a message waits
   * for the end of the outage instead of using up its attempts.
   */
  get outage(): boolean {
    const entry: CatalogueEntry = CATALOGUE[this.code];
    return entry.outage === true;
  }
}

/** The text of anything that was thrown. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
