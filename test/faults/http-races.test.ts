import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { FixedClock, second } from '../laboratory.ts';
import { type ApiAnswer, type ApiClient, ownerPassword, startTestService } from '../running-service.ts';
import { Choices } from './kill-plan.ts';

const rounds = 100;
const burst = 10;
const longBurst = 200;
/** Activity is noted again after 30 s, and a password attempt comes back to a device. */
const pastThrottle = 31 * second;
/** `SEED=…` makes the choices of another run again. */
const seed = process.env['SEED'] ?? String(Date.now());

const clock = new FixedClock();
const service = await startTestService({ clock });
after(() => service.stop());

/** The owner at one browser, logging out the session that a second browser holds. */
interface Match {
  readonly email: string;
  readonly owner: ApiClient;
  readonly target: ApiClient;
  readonly targetId: string;
}

/** What races against the log-out: its answers, and those statuses that are right whoever is first. */
interface Rival {
  readonly name: string;
  readonly right: readonly number[];
  /** Milliseconds it may be ahead: about as long as it takes alone. In some rounds the log-out is sent first instead. */
  readonly headStartMs: number;
  run(match: Match): Promise<readonly ApiAnswer[]>;
}

const rivals: readonly Rival[] = [
  {
    name: 'running requests',
    right: [200, 401],
    headStartMs: 6,
    run: async ({ target }) => {
      const answers: ApiAnswer[] = [];
      for (let turn = 0; turn < 4; turn += 1) answers.push(await target.send('GET', '/api/sessions'));
      return answers;
    },
  },
  {
    name: 'a touch',
    right: [200, 401],
    headStartMs: 6,
    run: async ({ target }) => {
      const first = await target.send('GET', '/api/account');
      clock.advance(pastThrottle);
      return [first, await target.send('GET', '/api/account')];
    },
  },
  {
    name: 'a rotation by step-up',
    right: [200, 401],
    headStartMs: 40,
    run: async ({ target }) => [await target.send('POST', '/api/step-up', { password: ownerPassword })],
  },
  {
    name: 'a second log-out and a sign-out',
    right: [204, 401],
    headStartMs: 3,
    run: ({ owner, target, targetId }) =>
      Promise.all([owner.send('DELETE', `/api/sessions/${targetId}`), target.send('POST', '/api/sign-out')]),
  },
  {
    name: 'a sign-in from the same device',
    right: [200],
    headStartMs: 40,
    run: async ({ email, target }) => {
      const again = service.client();
      again.cookies.set('rollcall-device', target.cookies.get('rollcall-device') ?? '');
      const signedIn = await again.signIn(email);
      const answer = await again.send('GET', '/api/session');
      await again.send('POST', '/api/sign-out');
      return [signedIn, answer];
    },
  },
];

function sessionCookie(client: ApiClient): string {
  return `rollcall=${client.cookies.get('rollcall')}`;
}

/** How many of so many requests with a cookie, sent together, were let in. */
async function lettingIn(cookie: string, count: number): Promise<number> {
  const intruder = service.client({ cookie });
  const answers = await Promise.all(
    Array.from({ length: count }, () => intruder.send('GET', '/api/session')),
  );
  return answers.filter(({ status }) => status !== 401).length;
}

async function signIn(email: string, owner: ApiClient, target: ApiClient): Promise<Match> {
  const { body } = await target.signIn(email);
  const { id } = body['session'] as { readonly id: string };
  clock.advance(pastThrottle);
  // In memory from here on.
  assert.equal((await target.send('GET', '/api/session')).status, 200);
  return { email, owner, target, targetId: id };
}

/** Runs one round; the statuses that the rival got. */
async function race(rival: Rival, match: Match, choices: Choices, count: number): Promise<string> {
  const { owner, target, targetId } = match;
  const cookie = sessionCookie(target);
  const logOutNow = () => owner.send('DELETE', `/api/sessions/${targetId}`);
  const sent = choices.isLikely(0.3) ? logOutNow() : null;
  const rivalry = rival.run(match);
  const aheadMs = sent === null ? choices.fraction() * rival.headStartMs : 0;
  if (aheadMs >= 1) await pause(aheadMs);
  const logOut = await (sent ?? logOutNow());
  assert.equal(logOut.status, 204, logOut.text);
  assert.equal(await lettingIn(cookie, count), 0, 'let in after the acknowledgement');
  const answers = await rivalry;
  for (const { status, text } of answers) assert.ok(rival.right.includes(status), text);
  assert.equal(await lettingIn(sessionCookie(target), count), 0, 'let in with what the rival got');
  const listed = await owner.send('GET', '/api/sessions');
  assert.ok(!listed.text.includes(targetId), 'listed again');
  assert.equal(await endsOf(owner, targetId), 1, 'one end in the history');
  return answers.map(({ status }) => status).join();
}

async function endsOf(owner: ApiClient, sessionId: string): Promise<number> {
  const { body } = await owner.send('GET', '/api/history');
  const events = body['events'] as readonly { readonly type: string; readonly sessionId: string | null }[];
  return events.filter((event) => event.type === 'session.terminated' && event.sessionId === sessionId)
    .length;
}

describe(`a log-out over HTTP, ${rounds} times each`, () => {
  for (const [index, rival] of rivals.entries()) {
    it(`is final against ${rival.name}`, async (test) => {
      const choices = new Choices(`${seed}:${rival.name}`);
      const outcomes: string[] = [];
      const email = `racer-${index}@example.com`;
      const [owner, target] = [service.client(), service.client()];
      await owner.signUp(email);
      for (let round = 0; round < rounds; round += 1) {
        clock.advance(pastThrottle);
        // A log-out asks for a proof of the last ten minutes.
        if (round % 4 === 0) await owner.send('POST', '/api/step-up', { password: ownerPassword });
        const match = await signIn(email, owner, target);
        outcomes.push(await race(rival, match, choices, round === 0 ? longBurst : burst));
      }
      const counts = [...Map.groupBy(outcomes, String)].map(
        ([statuses, { length }]) => `${statuses}: ${length}`,
      );
      test.diagnostic(`seed ${seed}; the rival's answers: ${counts.join('; ')}`);
    });
  }
});
