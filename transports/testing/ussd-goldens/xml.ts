import { writeCall, writeFault, writeResponse } from '../../http/xml-rpc.ts';
import type { CalledRequest } from '../called-http.ts';
import { get, NEW, RESUME, CLOSE, U, type Golden } from './golden.ts';

const xml = (body: string): CalledRequest => ({ body });
const AAT = { msisdn: U, provider: 'MTN' };
const VODACOM = { msisdn: U, provider: 'vodacom', ussdSessionId: 's' };
const RWANDA = { TransactionId: 's', TransactionTime: 't', MSISDN: U, USSDServiceCode: '543' };
const truroute = (type: string, msg: string): CalledRequest =>
  xml(`<ussd><msisdn>${U}</msisdn><sessionid>s</sessionid><type>${type}</type><msg>${msg}</msg></ussd>`);
const mtech = (fields: string): CalledRequest =>
  xml(`<page version="2.0"><session_id>s</session_id>${fields}</page>`);
const PAGE = `<?xml version='1.0' encoding='UTF-8'?><page version="2.0"><session_id>s</session_id>`;
const URL_AT_AAT = 'https://vumi.example/hooks/net/?to_addr=%2A120%2A1%23';
const aat = (text: string): string =>
  `<request><headertext>${text}</headertext><options><option command="1" order="1" callback="${URL_AT_AAT}" display="false" /></options></request>`;

export const XML_GOLDENS: Readonly<Record<string, Golden>> = {
  TruRoute: {
    type: 'truroute_ussd',
    exchanges: [
      {
        ask: truroute('1', '*120*8#'),
        in: { ...NEW, content: null, to_addr: '*120*8#', from_addr: U },
        out: ['a<b & c'],
        answer: '<ussd><type>2</type><msg>a&lt;b &amp; c</msg></ussd>',
      },
      {
        ask: truroute('2', '1 &lt; 2'),
        in: { ...RESUME, content: '1 < 2' },
        out: ['hi'],
        answer: '<ussd><type>2</type><msg>hi</msg></ussd>',
      },
      { ask: truroute('4', ''), in: CLOSE, answer: '' },
      {
        ask: truroute('1', '*120*8#'),
        in: NEW,
        out: ['bye', 'close'],
        answer: '<ussd><type>3</type><msg>bye</msg></ussd>',
      },
      {
        ask: truroute('1', '*120*8#'),
        in: NEW,
        out: ['hi'],
        answer: '<ussd><type>2</type><msg>hi</msg></ussd>',
      },
      { ask: truroute('10', ''), in: CLOSE, answer: '' },
      {
        ask: xml('<ussd><type>1</type></ussd>'),
        in: null,
        status: 400,
        answer: { missing_parameter: ['msisdn', 'sessionid', 'msg'] },
      },
    ],
  },
  MTech: {
    type: 'mtech_ussd',
    exchanges: [
      {
        ask: mtech(`<page_id>0</page_id><mobile_number>${U}</mobile_number><gate>8000</gate><data>x</data>`),
        in: { ...NEW, content: 'x', to_addr: '8000', from_addr: U },
        out: ['a\nb'],
        answer: `${PAGE}<div>a<br />b</div><navigation><link accesskey="*" pageId="indexX" /></navigation></page>`,
      },
      {
        ask: mtech('<page_id>indexX</page_id><data>1</data>'),
        in: { ...RESUME, content: '1', to_addr: '8000', from_addr: U },
        out: ['<bye>', 'close'],
        answer: `${PAGE}<div>&lt;bye&gt;</div></page>`,
      },
      { ask: mtech('<data>1</data>'), in: null, status: 400, answer: '' },
      { ask: xml('<page>'), in: null, status: 400, answer: '' },
    ],
  },
  'MTech, left by the user': {
    type: 'mtech_ussd',
    exchanges: [
      {
        ask: mtech(`<page_id>0</page_id><mobile_number>${U}</mobile_number><gate>8000</gate>`),
        in: { ...NEW, content: '' },
        out: ['hi'],
        answer: `${PAGE}<div>hi</div><navigation><link accesskey="*" pageId="indexX" /></navigation></page>`,
      },
      { ask: mtech('<status/>'), in: CLOSE, answer: `${PAGE}</page>` },
    ],
  },
  'Vodacom Messaging': {
    type: 'vodacom_messaging',
    config: { ussd_string_prefix: '*120*666' },
    exchanges: [
      {
        ask: get({ ...VODACOM, request: '*120*666#' }),
        in: { ...NEW, content: '*120*666#', to_addr: '*120*666#', provider: 'vodacom' },
        out: ['a<b'],
        answer:
          '<request><headertext>a&lt;b</headertext><options><option command="1" order="1" callback="https://vumi.example/hooks/net/" display="False" /></options></request>',
      },
      {
        ask: get({ ...VODACOM, request: '1' }),
        in: { ...RESUME, content: '1', to_addr: '*120*666#' },
        out: ['bye', 'close'],
        answer: '<request><headertext>bye</headertext></request>',
      },
    ],
  },
  AAT: {
    type: 'aat_ussd',
    exchanges: [
      {
        ask: get({ ...AAT, request: '*120*1#' }),
        in: {
          ...NEW,
          content: null,
          to_addr: '*120*1#',
          provider: 'MTN',
          transport_metadata: { aat_ussd: { provider: 'MTN', ussd_session_id: null } },
        },
        out: ['a<b'],
        answer: aat('a&lt;b'),
      },
      {
        ask: get({ ...AAT, request: '2', to_addr: '*120*1#' }),
        in: { ...RESUME, content: '2', to_addr: '*120*1#' },
        out: ['bye', 'close'],
        answer: '<request><headertext>bye</headertext></request>',
      },
      {
        ask: get({ ...AAT, request: '3', to_addr: '*120*1#', ussdSessionId: 'x' }),
        in: { ...RESUME, content: '3', to_addr: '*120*1#', helper_metadata: { session_id: 'x' } },
        out: ['hi'],
        answer: aat('hi'),
      },
      {
        ask: get({ msisdn: U }),
        in: null,
        status: 400,
        answer: { missing_parameter: ['provider', 'request'] },
      },
    ],
  },
  'MTN Rwanda': {
    type: 'mtn_rwanda_ussd',
    exchanges: [
      {
        ask: xml(writeCall('handleUSSD', { ...RWANDA, USSDRequestString: 'x' })),
        in: {
          ...NEW,
          content: null,
          to_addr: '543',
          transport_metadata: {
            session_id: 's',
            mtn_rwanda_ussd: { transaction_id: 's', transaction_time: 't' },
          },
        },
        out: ['hi'],
        answer: writeResponse({
          ...RWANDA,
          USSDRequestString: 'x',
          USSDResponseString: 'hi',
          action: 'request',
        }),
      },
      {
        ask: xml(writeCall('handleUSSD', { ...RWANDA, USSDRequestString: '7' })),
        in: { ...RESUME, content: '7' },
        out: ['bye', 'close'],
        answer: writeResponse({
          ...RWANDA,
          USSDRequestString: '7',
          USSDResponseString: 'bye',
          action: 'end',
        }),
      },
      {
        ask: xml(writeCall('handleUSSD', RWANDA)),
        in: null,
        answer: writeFault(4001, '4001: Missing Parameters'),
      },
    ],
  },
  TrueAfrican: {
    type: 'trueafrican_ussd',
    exchanges: [
      {
        ask: xml(writeCall('USSD.INIT', { session: 's', msisdn: U, shortcode: '8' })),
        in: { ...NEW, content: null, to_addr: '8', from_addr: U },
        out: ['hi'],
        answer: writeResponse({ session: 's', type: 'cont', message: 'hi' }),
      },
      {
        ask: xml(writeCall('USSD.CONT', { session: 's', response: '1' })),
        in: { ...RESUME, content: '1', from_addr: U },
        out: ['more'],
        answer: writeResponse({ session: 's', type: 'cont', message: 'more' }),
      },
      { ask: xml(writeCall('USSD.END', { session: 's' })), in: CLOSE, answer: writeResponse({}) },
      {
        ask: xml(writeCall('USSD.CONT', { session: 's9', response: '1' })),
        in: null,
        answer: writeResponse({
          session: 's9',
          type: 'end',
          message: 'Your session has ended. Please dial again.',
        }),
      },
    ],
  },
};
