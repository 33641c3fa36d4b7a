import { isId } from '../../engine/token.ts';
import { signedOutHeaders } from '../delivery.ts';
import { sessionOperation } from '../operation.ts';
import { requireRecentProof } from '../steps/recent-proof.ts';
import { revokedAnswer } from '../wire.ts';

export const revokeSession = sessionOperation({
  method: 'delete',
  path: '/api/sessions/{id}',
  id: 'revokeSession',
  summary: 'End one session for good; 204 too for an id that is ended, unknown or of someone else',
  body: null,
  status: 204,
  answer: null,
  run: async (exchange, caller, { path }) => {
    const { sessions } = exchange.options;
    const id = path['id'] ?? '';
    if (id === caller.session.id) {
      await sessions.signOut(caller.session);
      return { value: null, headers: signedOutHeaders(exchange, caller) };
    }
    await requireRecentProof(exchange, caller, 'one');
    if (isId(id)) await sessions.revoke(caller.session, id);
    return { value: null };
  },
});

export const revokeOthers = sessionOperation({
  method: 'post',
  path: '/api/sessions/revoke-others',
  id: 'revokeOtherSessions',
  summary: 'End all sessions of the owner but the asking one',
  body: null,
  status: 200,
  answer: revokedAnswer,
  proof: 'many',
  run: async (exchange, { session }) => ({
    value: { revoked: await exchange.options.sessions.revokeOthers(session) },
  }),
});
