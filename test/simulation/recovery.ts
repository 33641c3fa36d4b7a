import type { Checker } from './checker.ts';
import type { Clients, Holding } from './clients.ts';
import type { Host } from './host.ts';
import type { Scene } from './incidents.ts';
import { quietUser } from './workload.ts';
import { calm } from './world.ts';

/** A node has its lease back so long after the last fault. */
const leaseBackMs = 1_500;
/** Silent nodes are gone, and with them everything that slows an acknowledgement, so long after the last fault. */
const removedMs = 3_500;
/** How long an acknowledgement then takes at most: a commit and two renewals of every other node. */
const soonMs = 60;

/**
 * Liveness: once the faults stop, every node gets its lease back by itself; and, where the whole of it is asked for, what
 * was begun ends, dead nodes are forgotten, sessions that nobody ended live, and a log-out is quick again.
 */
export async function checkRecovery(
  scene: Scene,
  {
    clients,
    checker,
    isWhole,
  }: { readonly clients: Clients; readonly checker: Checker; readonly isWhole: boolean },
): Promise<void> {
  const { world, hosts } = scene;
  const { timeline, climate } = world;
  world.note(() => 'the faults stop');
  calm(climate);
  const calmAt = Math.max(timeline.now, ...hosts.map(({ machine }) => machine.here()));
  await timeline.runTo(calmAt + leaseBackMs);
  for (const { name, node } of hosts) {
    if (node?.cluster.status().isLeased !== true)
      checker.violate('recovery', `${name} has not got its lease back`);
  }
  if (!isWhole) return;
  await timeline.runTo(calmAt + removedMs);
  if (clients.pending > 0) checker.violate('recovery', `${clients.pending} errands are still not done`);
  await checkTable(scene, checker);
  await checkSurvivors(scene, clients, checker);
  await checkLogOut(scene, { host: world.dice.pick(hosts), clients, checker });
}

/** The table of nodes holds the running ones and no other. */
async function checkTable({ database, hosts }: Scene, checker: Checker): Promise<void> {
  const running = hosts.map(({ node }) => node?.process.id ?? '').toSorted();
  const known = database.cluster.nodes.map(({ nodeId }) => nodeId).toSorted();
  if (known.join() !== running.join())
    checker.violate('recovery', `the table holds ${known} instead of ${running}`);
}

/** What nobody asked to end is accepted everywhere: otherwise refusing everything would keep the promise. */
async function checkSurvivors(scene: Scene, clients: Clients, checker: Checker): Promise<void> {
  const untouched = clients
    .live(quietUser)
    .filter(
      ({ isTargeted, session }) =>
        !isTargeted && session.instanceEpoch === scene.database.sessions.instanceEpoch,
    );
  for (const holding of untouched) await checkAccepted(scene, holding, checker);
}

/** A new session is accepted everywhere, out of memory the second time; its log-out is quick, and then nobody accepts it. */
async function checkLogOut(
  scene: Scene,
  { host, clients, checker }: { readonly host: Host; readonly clients: Clients; readonly checker: Checker },
): Promise<void> {
  const { timeline } = scene.world;
  const holding = await establishOn(scene, host);
  if (holding === null) return checker.violate('recovery', `${host.name} signs nobody in any more`);
  await checkAccepted(scene, holding, checker);
  await checkAccepted(scene, holding, checker);
  const startedAt = timeline.now;
  let endedAt = Number.POSITIVE_INFINITY;
  void host.request(
    (node) => node.sessions.signOut(holding.session),
    (_, node) => {
      endedAt = timeline.now;
      checker.endSessions([holding.sessionId], `signing out by ${node.process.id}`);
    },
  );
  await timeline.runTo(timeline.now + soonMs);
  if (endedAt === Number.POSITIVE_INFINITY)
    checker.violate('recovery', `a log-out on ${host.name} took longer than ${soonMs} ms`);
  for (const other of scene.hosts) clients.verify(holding, other);
  await timeline.runTo(timeline.now + 20);
  scene.world.note(() => `a log-out on ${host.name} took ${(endedAt - startedAt).toFixed(1)} ms`);
}

async function establishOn({ world }: Scene, host: Host): Promise<Holding | null> {
  let holding: Holding | null = null;
  void host.request(
    (node) => node.establishFor(quietUser),
    (established) => {
      if (established === null) return;
      const { token, session } = established;
      const { id: sessionId, userId } = session;
      holding = { token, session, sessionId, userId, deviceToken: null, isTargeted: true };
    },
  );
  await world.timeline.runTo(world.timeline.now + soonMs);
  return holding;
}

async function checkAccepted({ world, hosts }: Scene, holding: Holding, checker: Checker): Promise<void> {
  for (const host of hosts) {
    let isAccepted = false;
    void host.request(
      (node) => node.verify(holding.token),
      ({ isActive }) => {
        isAccepted = isActive;
      },
    );
    await world.timeline.runTo(world.timeline.now + 10);
    if (!isAccepted) checker.violate('recovery', `${host.name} does not accept a session that nobody ended`);
  }
}
