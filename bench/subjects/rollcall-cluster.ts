import { loadSessions, startServer } from '../cluster/database.ts';
import { startNode } from '../cluster/node.ts';
import type { Subject } from '../subject.ts';
import { sessionCount, userIdsOf } from '../workload.ts';

/** `Sessions.verify` of a node that holds a lease, all sessions in memory. A check that had to ask the database would throw. */
export async function prepareRollcallCluster(): Promise<Subject> {
  const database = await (await startServer()).createDatabase();
  const tokens = await loadSessions(database, sessionCount);
  const { sessions } = await startNode(await database.open());
  // In groups, so that the database is asked for many at once.
  for (let start = 0; start < tokens.length; start += 1_000) {
    await Promise.all(tokens.slice(start, start + 1_000).map((token) => sessions.verify(token)));
  }
  return {
    isSynchronous: true,
    credentials: tokens,
    userIds: userIdsOf(tokens.length),
    refused: [(tokens[0] ?? '').slice(0, -1), ''],
    check: (token) => {
      const answer = sessions.verify(token);
      if (answer instanceof Promise) throw new Error('the session was not in memory, or there was no lease');
      return answer.isActive ? answer.session.userId : null;
    },
  };
}
