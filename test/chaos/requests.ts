import { Agent, type IncomingMessage, request } from 'node:http';

/** A request to one node. */
export interface Question {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  /** Secret; sent as bearer. */
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Where the service believes it comes from. */
  readonly address: string;
}

/** What came back. Status 0 says that no answer came, and `code` why. */
export interface Answer {
  readonly status: number;
  readonly code: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Of the monotonic clock, when the whole answer was there or nothing was waited for any more. */
  readonly endedAt: number;
}

/** Sends requests to many nodes over connections that are kept, and never sends one twice. */
export class Requests {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #publicUrl: string;
  readonly #patienceMs: number;

  /**
   * @param publicUrl what the nodes answer for.
   * @param patienceMs how long an answer is waited for.
   */
  constructor(publicUrl: string, patienceMs: number) {
    this.#publicUrl = publicUrl;
    this.#patienceMs = patienceMs;
  }

  /** Asks; never rejects. */
  ask(question: Question): Promise<Answer> {
    return new Promise((resolve) => {
      const fail = (cause: Error): void => {
        clearTimeout(timer);
        const code = 'code' in cause ? String(cause.code) : cause.message;
        resolve({ status: 0, code, body: {}, endedAt: performance.now() });
      };
      const text = question.body === undefined ? null : JSON.stringify(question.body);
      const { port, method, path } = question;
      const headers = this.#headers(question, text);
      const asked = request({ agent: this.#agent, host: '127.0.0.1', port, method, path, headers });
      const timer = setTimeout(() => asked.destroy(new Error('no answer in time')), this.#patienceMs);
      asked.on('error', fail);
      asked.on('response', (response) => {
        read(response).then((answer) => {
          clearTimeout(timer);
          resolve(answer);
        }, fail);
      });
      asked.end(text);
    });
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#agent.destroy();
  }

  #headers({ token, address }: Question, text: string | null): Record<string, string | number> {
    return {
      host: new URL(this.#publicUrl).host,
      'x-forwarded-for': address,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(text === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
  }
}

async function read(response: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  const endedAt = performance.now();
  const body = objectOf(Buffer.concat(pieces).toString());
  const { statusCode: status = 0 } = response;
  return { status, code: typeof body['code'] === 'string' ? body['code'] : '', body, endedAt };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  if (!text.startsWith('{')) return { text };
  return JSON.parse(text) as Record<string, unknown>;
}
