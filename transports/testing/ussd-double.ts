import { writePhoneRequest } from '../ussd/phone-call.ts';
import type { PhoneAnswer, PhoneRequest, PhoneStep, UssdPhone } from '../ussd/phone.ts';
import { ussdPhones } from '../ussd/phones.ts';
import type {
  BadRequest,
  DoublePlace,
  Told,
  TransportDouble,
  TransportSetUp,
  UserText,
} from './transport-double.ts';

const SECRET = 'pearl-under-the-sea';
const BASIC = `Basic ${Buffer.from(`net:${SECRET}`).toString('base64')}`;
const SORRY = 'nobody replies';
const BROKEN = 'nothing works';
const ENDED = 'it is over';

/** What a dialect differs in from the others, for the contract. */
interface Traits {
  readonly type: keyof typeof ussdPhones;
  /** Fields that the opening of a session must have. */
  readonly required: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  /** Cases that do not apply to it, each with the reason. */
  readonly notApplicable?: Readonly<Record<number, string>>;
  /** The network numbers its steps, or says all inputs each time: a step that is answered is known again. */
  readonly knowsSteps?: boolean;
  /** What a request is answered that is no text. Absent: 400. */
  readonly noText?: string;
  /** Users at once; sessions are the base's, so that of one type a thousand are enough. Absent: 100. */
  readonly crowd?: number;
}

/** A network with phones: each text is typed in a session that was opened before it. */
class UssdDouble implements TransportDouble {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secret = SECRET;
  readonly got = [];
  readonly replies = 'in the response';
  readonly opensSessions = true;
  readonly knowsSteps: boolean;
  readonly crowd: number;
  readonly impatient = {};
  readonly words = { away: '', refusal: (text: string) => text };
  readonly unanswered = { kind: 'later', text: SORRY } as const;
  readonly oddText = 'Héllo 😀 שלום \u202e 100% a+b&c=d <e>';
  readonly #place: DoublePlace;
  readonly #phone: UssdPhone;
  readonly #traits: Traits;
  readonly #opened = new Map<string, string | null>();
  #sessions = 0;

  constructor(place: DoublePlace, traits: Traits) {
    this.#place = place;
    this.#traits = traits;
    this.#phone = ussdPhones[traits.type];
    this.knowsSteps = traits.knowsSteps === true;
    this.crowd = traits.crowd ?? 100;
    this.config = {
      web_username: 'net',
      web_password: SECRET,
      validation_mode: 'strict',
      timeout_message: SORRY,
      error_message: BROKEN,
      session_ended_message: ENDED,
      ...traits.config,
    };
  }

  async bring({ from, to, content, id }: UserText, signal?: AbortSignal): Promise<Told> {
    this.#sessions += 1;
    const session = id ?? `s${this.#sessions}`;
    const step = { session, from, to, before: [] };
    // A session outlives the process that it was opened in.
    const key = `${new URL(this.#place.url).pathname} ${session}`;
    if (!this.#opened.has(key)) {
      const told = await this.#tell({ ...step, event: 'new', input: '', number: 1, next: null });
      if (told.kind !== 'taken') return told;
      this.#opened.set(key, told.next);
    }
    const next = this.#opened.get(key) ?? null;
    const { kind, text } = await this.#tell(
      { ...step, event: 'resume', input: content, number: 2, next },
      signal,
    );
    return { kind, text };
  }

  will(): void {
    throw new Error('it is sent nothing but responses');
  }

  away(): Promise<void> {
    return Promise.reject(new Error('it is sent nothing but responses'));
  }

  back(): Promise<void> {
    return this.away();
  }

  report(): Promise<void> {
    return this.away();
  }

  badRequests(): Readonly<Record<number, readonly BadRequest[]>> {
    const asked = this.#phone.ask(OPENING, this.config);
    const send = async (request: PhoneRequest, changes: Changes = {}): Promise<string> => {
      const { status, body } = await this.#call(request, changes);
      return `${status} ${body}`;
    };
    const without = (name: string): PhoneRequest => changed(asked, ([field]) => field !== name);
    return {
      4: [
        { label: 'no password', answer: '401', send: () => send(asked, { authorization: '' }) },
        { label: 'a wrong password', answer: '401', send: () => send(asked, { authorization: `${BASIC}x` }) },
      ],
      6: [
        {
          label: 'an unknown field',
          answer: '400 {"unexpected_parameter":["x"]}',
          send: () => send(changed(asked, () => true, { x: '1' })),
        },
      ],
      7: this.#traits.required.map((name) => ({
        label: `without ${name}`,
        answer: `400 {"missing_parameter":["${name}"]}`,
        send: () => send(without(name)),
      })),
      8: [
        {
          label: 'no UTF-8',
          answer: this.#traits.noText ?? '400',
          send: () => send(asked, { breaksText: true }),
        },
      ],
      10: [
        ...(asked.method === 'GET'
          ? []
          : [{ label: 'too long', answer: '413', send: () => send(asked, { body: 'a'.repeat(1_048_577) }) }]),
        { label: 'a wrong method', answer: '405', send: () => send(asked, { method: 'DELETE' }) },
      ],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #tell(step: PhoneStep, signal?: AbortSignal): Promise<Told & { readonly next: string | null }> {
    const { status, body, headers } = await this.#call(this.#phone.ask(step, this.config), { signal });
    if (status !== 200)
      return { kind: status === 503 ? 'later' : 'refused', text: `${status} ${body}`, next: null };
    const { text, ends, next = null } = this.#phone.show({ headers, body });
    return { kind: ends && (text === SORRY || text === BROKEN) ? 'later' : 'taken', text, next };
  }

  async #call(request: PhoneRequest, changes: Changes): Promise<PhoneAnswer & { readonly status: number }> {
    const { authorization = BASIC, breaksText = false, signal = null } = changes;
    const written = writePhoneRequest(this.#place.url, request);
    const isForm = request.json === undefined && request.xml === undefined;
    const answer = await fetch(breaksText && isForm ? `${written.url}?a=%ff` : written.url, {
      method: changes.method ?? written.method,
      headers: { ...written.headers, ...(authorization === '' ? {} : { authorization }) },
      body: changes.body ?? (breaksText && !isForm ? Buffer.from([0xff]) : written.body),
      signal,
    });
    const headers = Object.fromEntries(answer.headers);
    return { status: answer.status, headers, body: await answer.text() };
  }
}

interface Changes {
  readonly authorization?: string;
  readonly method?: string;
  readonly body?: string;
  readonly breaksText?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const OPENING: PhoneStep = {
  session: 's',
  from: '+27761234567',
  to: '8000',
  input: '',
  before: [],
  event: 'new',
  number: 1,
  next: null,
};

/** The request with those of its fields that stay, and others. */
function changed(
  request: PhoneRequest,
  stays: (field: readonly [string, unknown]) => boolean,
  more: Readonly<Record<string, string>> = {},
): PhoneRequest {
  const change = <V>(fields: Readonly<Record<string, V>>): Record<string, V | string> => ({
    ...Object.fromEntries(Object.entries(fields).filter(stays)),
    ...more,
  });
  const { query, form, json } = request;
  if (form !== undefined) return { ...request, form: change(form) };
  if (json !== undefined) return { ...request, json: change(json as Record<string, unknown>) };
  return { ...request, query: change(query ?? {}) };
}

const NOT_APPLICABLE = {
  2: 'the same step is answered with the same screen: case 15',
  5: 'networks sign nothing',
  11: 'a request is one step',
  25: 'it sends nothing but responses',
  27: 'its limits are those of a screen: tests of ussd-channel',
  ...Object.fromEntries(
    [19, 20, 21, 22, 23, 24, 26, 28].map((number) => [number, 'it sends nothing but responses']),
  ),
};

function setUp(traits: Traits): TransportSetUp {
  return {
    type: traits.type,
    label: 'ussd',
    open: async (place) => new UssdDouble(place, traits),
    notApplicable: { ...NOT_APPLICABLE, ...traits.notApplicable },
  };
}

const FIELDS_IN_XML = {
  6: 'what a document has beyond its fields is passed over',
  7: 'fields are those of a document: goldens.test.ts',
};
const OTHER_FORM = {
  6: 'errors have a form of their own: goldens.test.ts',
  7: 'errors have a form of their own: goldens.test.ts',
};
const FAULT = '200 <?xml version="1.0"?><methodResponse><fault>';
const FIXED_CODE = { 9: 'the code is not in each request as it was dialled: goldens.test.ts' };
const json = ['Type', 'Mobile', 'SessionId', 'ServiceCode', 'Message', 'Sequence'];

export const USSD_SET_UPS: readonly TransportSetUp[] = [
  setUp({
    type: 'africastalking_ussd',
    required: ['sessionId', 'serviceCode', 'phoneNumber'],
    knowsSteps: true,
    crowd: 1000,
  }),
  setUp({ type: 'advanta_ussd', required: ['SESSIONID', 'USSDCODE', 'MSISDN', 'INPUT'], knowsSteps: true }),
  setUp({ type: 'bonga_ussd', required: ['mobile_number', 'session_id', 'message', 'service_code'] }),
  setUp({ type: 'crossgate_ussd', required: ['session_id', 'msisdn', 'ussd_string', 'service_code'] }),
  setUp({ type: 'hubtel_ussd', required: json, knowsSteps: true }),
  setUp({ type: 'arkesel_ussd', required: ['sessionID', 'userID', 'newSession', 'msisdn', 'userData'] }),
  setUp({ type: 'nalo_ussd', required: ['USERID', 'MSISDN', 'USERDATA', 'MSGTYPE', 'SESSIONID'] }),
  setUp({ type: 'moolre_ussd', required: ['sessionid', 'new', 'msisdn', 'message', 'extension'] }),
  setUp({
    type: 'hollatags_ussd',
    required: ['session_msisdn', 'session_operation', 'session_msg', 'session_id'],
  }),
  setUp({ type: 'mtn_madapi_ussd', required: ['sessionId', 'messageType', 'msisdn', 'serviceCode'] }),
  setUp({ type: 'truroute_ussd', required: [], notApplicable: FIELDS_IN_XML }),
  setUp({ type: 'cellulant', required: ['MSISDN', 'INPUT', 'opCode', 'sessionID', 'ABORT'] }),
  setUp({
    type: 'infobip_ussd',
    required: [],
    notApplicable: OTHER_FORM,
    noText: '200 {"responseExitCode":400',
  }),
  setUp({
    type: 'airtel_ussd',
    required: ['SessionID', 'MSISDN', 'MSC', 'input'],
    notApplicable: FIXED_CODE,
  }),
  setUp({ type: 'mtech_ussd', required: [], notApplicable: OTHER_FORM }),
  setUp({
    type: 'vodacom_messaging',
    required: ['msisdn', 'request', 'provider', 'ussdSessionId'],
    config: { ussd_string_prefix: '8000' },
  }),
  setUp({
    type: 'aat_ussd',
    required: ['msisdn', 'provider', 'request'],
    notApplicable: { 14: 'the URL of each screen says that its session goes on' },
  }),
  setUp({
    type: 'safaricom',
    required: ['ORIG', 'DEST', 'SESSION_ID', 'USSD_PARAMS'],
    knowsSteps: true,
    notApplicable: FIXED_CODE,
  }),
  setUp({ type: 'mtn_rwanda_ussd', required: [], notApplicable: OTHER_FORM, noText: FAULT }),
  setUp({ type: 'trueafrican_ussd', required: [], notApplicable: OTHER_FORM, noText: FAULT }),
  setUp({
    type: 'imimobile_ussd',
    required: ['msisdn', 'msg', 'code', 'tid', 'dcs'],
    config: { suffix_to_addrs: { 8000: '8000' } },
    notApplicable: { 3: 'a phone has one session at a time' },
  }),
  setUp({
    type: 'dmark_ussd',
    required: [
      'transactionId',
      'transactionTime',
      'msisdn',
      'ussdServiceCode',
      'ussdRequestString',
      'creationTime',
      'response',
    ],
  }),
];
