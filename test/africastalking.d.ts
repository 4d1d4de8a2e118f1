/** The library brings no types. */
declare module 'africastalking' {
  interface Sms {
    readonly to: string;
    readonly message: string;
    readonly from: string;
  }
  interface Answer {
    readonly SMSMessageData: { readonly Recipients: readonly object[] };
  }

  export default function open(options: { readonly apiKey: string; readonly username: string }): {
    readonly SMS: { send(sms: Sms): Promise<Answer> };
  };
}
