import { chromeOnWindows, email, type HttpLaboratory, password } from './http-laboratory.ts';

/** What a visitor sends beside what a browser sends by itself. */
export interface Sending {
  readonly body?: unknown;
  /** Null takes away a header the visitor would send. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly peer?: string | null;
}

/** What came back, its body read. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; null when it is empty. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A browser with a cookie jar, or with `isBare` a program that sends what it is told and nothing else. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #laboratory: HttpLaboratory;
  readonly #isBare: boolean;

  constructor(laboratory: HttpLaboratory, isBare = false) {
    this.#laboratory = laboratory;
    this.#isBare = isBare;
  }

  /** Sends a request and keeps the cookies of the answer. */
  async send(method: string, path: string, sending: Sending = {}): Promise<Received> {
    const response = await this.open(method, path, sending);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
  }

  /** The same with the body left to read. */
  async open(method: string, path: string, { body, headers = {}, peer }: Sending = {}): Promise<Response> {
    const all = new Headers(this.#isBare ? {} : this.#browserHeaders());
    if (body !== undefined) all.set('content-type', 'application/json');
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) all.delete(name);
      else all.set(name, value);
    }
    const content = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const init = { method, headers: all, ...(body === undefined ? {} : { body: content as string }) };
    const request = new Request(`${this.#laboratory.origin}${path}`, init);
    const response = await this.#laboratory.handler(request, {
      address: peer === undefined ? '203.0.113.7' : peer,
    });
    this.#keep(response.headers.getSetCookie());
    return response;
  }

  /** Creates the account of all tests and signs in to it. */
  async signUp(): Promise<Received> {
    return this.send('POST', '/api/sign-up', { body: { email, password, name: 'Mara' } });
  }

  async signIn(more: Readonly<Record<string, unknown>> = {}): Promise<Received> {
    return this.send('POST', '/api/sign-in', { body: { email, password, ...more } });
  }

  #browserHeaders(): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return {
      'user-agent': chromeOnWindows,
      'sec-fetch-site': 'same-origin',
      origin: this.#laboratory.origin,
      ...(cookie === '' ? {} : { cookie }),
    };
  }

  #keep(setCookies: readonly string[]): void {
    for (const setCookie of setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(setCookie) ?? [];
      if (value === '' || /max-age=0/i.test(setCookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

/** The word of a problem document, or what came instead. */
export function codeOf({ status, json, text }: Received): string {
  return typeof json['code'] === 'string' ? `${status} ${json['code']}` : `${status} ${text.slice(0, 80)}`;
}
