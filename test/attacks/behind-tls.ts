import { request } from 'node:http';
import type { RunningService } from '../running-service.ts';

/** What came back, with every header line as sent. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly setCookies: readonly string[];
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A client that reaches a service as the TLS proxy before it does: under the public name, with a cookie jar. */
export class ProxiedClient {
  readonly cookies = new Map<string, string>();
  readonly #service: RunningService;
  readonly #publicUrl: URL;

  constructor(service: RunningService, publicUrl: string) {
    this.#service = service;
    this.#publicUrl = new URL(publicUrl);
  }

  /** Sends a request; cookies of the answer are kept. Headers given here win; a cookie header replaces the jar. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string | string[]>> = {},
  ): Promise<PlainAnswer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const content = body === undefined ? null : JSON.stringify(body);
    const all = {
      host: this.#publicUrl.host,
      origin: this.#publicUrl.origin,
      ...(cookie === '' ? {} : { cookie }),
      ...(content === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(content)) }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const target = {
        host: '127.0.0.1',
        port: this.#service.port,
        method,
        path,
        headers: all,
        agent: false,
      };
      const sent = request(target, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const setCookies = answer.headers['set-cookie'] ?? [];
          for (const line of setCookies) this.#keep(line);
          resolve(read(answer.statusCode ?? 0, answer.rawHeaders, setCookies, Buffer.concat(chunks)));
        });
      });
      sent.on('error', reject);
      sent.end(content ?? undefined);
    });
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? [];
    if (/; Max-Age=0(;|$)/.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

function read(
  status: number,
  rawHeaders: readonly string[],
  setCookies: readonly string[],
  content: Buffer,
): PlainAnswer {
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  const text = content.toString('utf8');
  const isJson = /json/.test(headers.get('content-type') ?? '') && text !== '';
  const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status, headers, setCookies, text, body };
}
