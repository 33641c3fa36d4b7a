import type { ApiClient } from './running-service.ts';

/** One event of an event stream. */
export interface StreamedEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The event stream of a client's session, as an open page reads it. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #stop: AbortController;
  #rest = '';

  private constructor(body: ReadableStream<Uint8Array>, stop: AbortController) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
    this.#stop = stop;
  }

  /** Opens the stream and reads past `ready`. */
  static async open(client: ApiClient): Promise<EventReader> {
    const stop = new AbortController();
    const response = await client.open('/api/stream', stop.signal);
    if (response.status !== 200 || response.body === null) throw new Error(`no stream: ${response.status}`);
    const reader = new EventReader(response.body, stop);
    const first = await reader.next();
    if (first?.name !== 'ready') throw new Error(`the stream began with ${first?.name}`);
    return reader;
  }

  /** The next event; null at the end. */
  async next(): Promise<StreamedEvent | null> {
    for (;;) {
      const end = this.#rest.indexOf('\n\n');
      if (end < 0) {
        const chunk = await this.#reader.read();
        if (chunk.done) return null;
        this.#rest += chunk.value;
        continue;
      }
      const block = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 2);
      const [, name = '', data = ''] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
      if (name !== '') return { name, data: JSON.parse(data) as StreamedEvent['data'] };
    }
  }

  close(): void {
    this.#stop.abort();
  }
}
