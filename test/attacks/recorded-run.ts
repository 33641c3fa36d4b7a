import { type FixedClock, second } from '../laboratory.ts';
import { type ApiAnswer, ApiClient, type RunningService, totpCode } from '../running-service.ts';
import { freshEmail, list, text, tokenOf } from './attacker.ts';
import { rawRequest, sendRaw } from './raw-request.ts';
import type { Secret } from './secret-scanner.ts';

/** An answer, and which secrets it may hold because it is the one that hands them out. */
export interface Recorded {
  readonly name: string;
  readonly content: string;
  readonly issued: readonly string[];
}

/** What a service answered in a run, and every secret that was handed out or typed in it. */
export class Recording {
  readonly answers: Recorded[] = [];
  /** By their values. */
  readonly secrets = new Map<string, Secret>();

  /** Keeps an answer that may hold no secret at all. */
  keep(name: string, content: string): void {
    this.answers.push({ name, content, issued: [] });
  }

  /** Keeps an answer to a browser that presented these cookies. */
  keepAnswer(name: string, answer: ApiAnswer, presented: ReadonlyMap<string, string>): void {
    const lines = [...answer.headers].filter(([header]) => header !== 'set-cookie');
    // A known device's cookie is set again so that it lives on, for the browser that presented it.
    const fresh = answer.headers.getSetCookie().filter((line) => !isPresented(line, presented));
    const content = [...lines.map((line) => line.join(': ')), ...fresh, answer.text].join('\n');
    this.answers.push({ name: `${name} ${answer.status}`, content, issued: this.#issuedBy(answer, fresh) });
  }

  /** Notes the passwords a request is about to carry. */
  noteTyped(body: unknown): void {
    if (typeof body !== 'object' || body === null) return;
    for (const [field, value] of Object.entries(body)) {
      if (/password/i.test(field)) this.#note('a password', value);
    }
  }

  #issuedBy({ body }: ApiAnswer, setCookies: readonly string[]): readonly string[] {
    const tokens = setCookies.flatMap((line) => /^[^=]*=(r[cpd]1_[^;]+)/.exec(line)?.[1] ?? []);
    for (const field of ['token', 'pendingToken']) {
      if (typeof body[field] === 'string') tokens.push(body[field]);
    }
    const codes = Array.isArray(body['recoveryCodes']) ? body['recoveryCodes'].map(String) : [];
    return [
      ...tokens.flatMap((token) => this.#noteToken(token)),
      ...codes.flatMap((code) => this.#note('a recovery code', code)),
      ...this.#note('a TOTP key', body['secret'], bytesOfBase32(body['secret'])),
      ...this.#note('a passphrase', body['passphrase']),
    ];
  }

  /** The token as a whole, and its random part alone. */
  #noteToken(token: string): readonly string[] {
    const secret = token.slice(31, 74);
    const bytes = Buffer.from(secret, 'base64url');
    return [...this.#note('a token', token), ...this.#note("a token's random part", secret, bytes)];
  }

  #note(name: string, value: unknown, bytes?: Buffer): readonly string[] {
    if (typeof value !== 'string' || value === '' || this.secrets.has(value)) return [];
    this.secrets.set(value, { name, value, ...(bytes === undefined ? {} : { bytes }) });
    return [value];
  }
}

function isPresented(line: string, cookies: ReadonlyMap<string, string>): boolean {
  const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? [];
  return name === 'rollcall-device' && cookies.get(name) === value;
}

function bytesOfBase32(value: unknown): Buffer {
  let bits = '';
  for (const letter of String(value)) {
    const digit = Math.max(0, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter));
    bits += digit.toString(2).padStart(5, '0');
  }
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** A browser whose every answer is kept, and whose every secret is noted. */
class RecordingClient extends ApiClient {
  readonly #recording: Recording;

  constructor(url: string, recording: Recording) {
    super(url, { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' });
    this.#recording = recording;
  }

  override async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    const presented = new Map(this.cookies);
    this.#recording.noteTyped(body);
    const answer = await super.send(method, path, body, headers);
    this.#recording.keepAnswer(`${method} ${path}`, answer, presented);
    return answer;
  }
}

const email = freshEmail();
const firstPassword = 'lantern quartz violet harbour';
const lastPassword = 'copper meadow signal teapot';

/** What the parts of the run work with. */
interface Scene {
  readonly service: RunningService;
  readonly clock: FixedClock;
  readonly recording: Recording;
  browser(): ApiClient;
}

/** Drives the whole main flow, right and wrong, with an open page listening. */
export async function recordRun(service: RunningService, clock: FixedClock): Promise<Recording> {
  const recording = new Recording();
  const browser = () => new RecordingClient(service.url, recording);
  const scene = { service, clock, recording, browser };
  const owner = browser();
  await owner.send('POST', '/api/sign-up', { email, password: firstPassword, name: 'Mara' });
  const stopListening = await listen(scene, owner);
  await signInsAndStepUps(scene, owner);
  const key = await turnOnTwoFactor(scene, owner);
  await stopListening();
  await secondFactors(scene, key);
  await changes(scene, owner);
  await misuse(scene, owner);
  for (const path of ['/api/sessions', '/api/history', '/api/account', '/metrics', '/account/sessions'])
    await owner.send('GET', path);
  const other = browser();
  const { body } = await other.send('GET', '/api/passphrase');
  await other.send('POST', '/api/sign-up', { email: freshEmail(), password: text(body, 'passphrase') });
  await other.send('POST', '/api/sign-out');
  return recording;
}

/** Keeps what an open page hears. */
async function listen({ service, recording }: Scene, owner: ApiClient): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const headers = { cookie: `rollcall=${tokenOf(owner)}` };
  const response = await fetch(`${service.url}/api/stream`, { headers, signal: stop.signal });
  let heard = '';
  const reading = (async () => {
    for await (const chunk of response.body ?? []) heard += Buffer.from(chunk).toString('utf8');
  })().catch(() => undefined);
  return async () => {
    stop.abort();
    await reading;
    recording.keep('the event stream', heard);
  };
}

async function signInsAndStepUps({ browser }: Scene, owner: ApiClient): Promise<void> {
  const [another, app] = [browser(), browser()];
  await another.signIn(email, 'a wrong guess of somebody');
  await another.signIn('nobody@attacks.example', 'another wrong guess here');
  await another.send('POST', '/api/sign-in', { email, password: firstPassword, keepSignedIn: true });
  const inBody = { email, password: firstPassword, tokenDelivery: 'body' };
  const first = text((await app.send('POST', '/api/sign-in', inBody)).body, 'token');
  const proof = { password: firstPassword };
  const stepUp = await app.send('POST', '/api/step-up', proof, { authorization: `Bearer ${first}` });
  const next = { authorization: `Bearer ${text(stepUp.body, 'token')}` };
  await app.send('GET', '/api/session', undefined, next);
  const [mine = {}] = list((await another.send('GET', '/api/sessions')).body, 'sessions');
  await owner.send('DELETE', `/api/sessions/${text(mine, 'id')}`);
  await another.send('GET', '/api/session');
  await owner.send('POST', '/api/step-up', { password: 'not this one, thank you' });
  await owner.send('POST', '/api/step-up', proof);
}

async function turnOnTwoFactor({ clock }: Scene, owner: ApiClient): Promise<string> {
  const { body } = await owner.send('POST', '/api/two-factor/totp');
  const key = text(body, 'secret');
  await owner.send('POST', '/api/two-factor/totp/confirm', { code: '000000' });
  await owner.send('POST', '/api/two-factor/totp/confirm', { code: totpCode(key, clock.now()) });
  clock.advance(30 * second);
  return key;
}

function recoveryCodes({ recording }: Scene): readonly string[] {
  const found = [...recording.secrets.values()].filter(({ name }) => name === 'a recovery code');
  return found.map(({ value }) => value);
}

async function secondFactors(scene: Scene, key: string): Promise<void> {
  const path = '/api/sign-in/second-factor';
  const [first, another] = recoveryCodes(scene);
  const offers: readonly object[] = [
    { method: 'totp', code: totpCode(key, scene.clock.now()) },
    { method: 'recovery-code', code: first },
    { method: 'recovery-code', code: first },
  ];
  for (const offer of offers) {
    const next = scene.browser();
    await next.signIn(email, firstPassword);
    await next.send('POST', path, offer);
  }
  const app = scene.browser();
  const inBody = { email, password: firstPassword, tokenDelivery: 'body' };
  const pending = text((await app.send('POST', '/api/sign-in', inBody)).body, 'pendingToken');
  const bearer = { authorization: `Bearer ${pending}` };
  await app.send('POST', path, { method: 'recovery-code', code: another }, bearer);
}

async function changes(scene: Scene, owner: ApiClient): Promise<void> {
  const code = recoveryCodes(scene)[2];
  await owner.send('POST', '/api/step-up', { method: 'recovery-code', code });
  const wrong = { currentPassword: 'not the current one at all', newPassword: lastPassword };
  await owner.send('PUT', '/api/password', wrong);
  await owner.send('PUT', '/api/password', { currentPassword: firstPassword, newPassword: lastPassword });
  await owner.send('POST', '/api/two-factor/recovery-codes');
  await owner.send('POST', '/api/sessions/revoke-others');
}

/** Secrets where they do not belong: in addresses, headers, names of fields and bodies that end too soon. */
async function misuse({ service, recording, browser }: Scene, owner: ApiClient): Promise<void> {
  const token = tokenOf(owner);
  const encoded = token.replace('_', '%5F');
  for (const path of [
    `/api/session?token=${token}`,
    `/api/session?q=${encoded}`,
    `/nothing/${token}?a=${token}`,
  ])
    await owner.send('GET', path);
  await owner.send('POST', '/api/step-up', { [lastPassword]: lastPassword, password: lastPassword });
  await owner.send('POST', '/api/step-up', { password: { inner: lastPassword } });
  await owner.send('POST', '/api/sign-out', { [token]: token });
  await owner.send('PATCH', `/api/devices/${token}`, { label: 'x' });
  for (const authorization of [`Bearer ${token}x`, `Basic ${token}`])
    await browser().send('GET', '/api/session', undefined, { authorization });
  const { port } = service;
  const type = ['Content-Type: application/json', `Origin: ${service.url}`];
  const cut = `{"email":"${email}","password":"${lastPassword}`;
  const requests = [
    rawRequest(port, 'POST /api/sign-in', type, cut),
    rawRequest(port, `GET http://x/${token}`),
    rawRequest(port, `GET /${token}`, [`Host: ${token}`]),
    rawRequest(port, `GET //[?${token}`),
    `GET / HTTP/1.1\r\nCookie: rollcall=${token}\r\nbroken\r\n\r\n`,
  ];
  for (const request of requests) recording.keep('a raw request', (await sendRaw(port, request)).all);
}
