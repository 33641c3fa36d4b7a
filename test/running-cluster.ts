import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../src/engine/ports.ts';
import { nodeHeader, startRoundRobin } from './round-robin.ts';
import { ApiClient, freePort, type RunningService, startTestService } from './running-service.ts';

/** Nodes in this process on one PostgreSQL database, behind a proxy that gives each request to the next one. */
export interface RunningCluster extends RunningService {
  readonly nodes: readonly RunningService[];
  /** A client of one node alone, by its place; through the proxy all the same. */
  clientOf(node: number, headers?: Record<string, string>): ApiClient;
}

export interface TestClusterOptions {
  readonly nodes: number;
  /** Of one database; a function of the node's place where each has a way of its own to it. */
  readonly databaseUrl: string | ((node: number) => string);
  readonly clock?: Clock;
}

/** Starts the nodes and their proxy, whose URL is the public URL of all. Stopping a node before the cluster is no error. */
export async function startTestCluster({
  nodes: count,
  databaseUrl,
  clock,
}: TestClusterOptions): Promise<RunningCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-cluster-'));
  const proxy = await startRoundRobin(await freePort());
  const url = `http://localhost:${proxy.port}`;
  const nodes: RunningService[] = [];
  // One after another: they share a thread, and one that loads its dictionaries would stall another's start.
  for (let place = 0; place < count; place += 1) {
    const node = await startTestService({
      ...{ folder, publicUrl: url, trustedProxies: '127.0.0.1/32' },
      databaseUrl: typeof databaseUrl === 'string' ? databaseUrl : databaseUrl(place),
      ...(clock === undefined ? {} : { clock }),
    });
    nodes.push(node);
  }
  proxy.spreadOver(nodes.map(({ port }) => port));
  return {
    ...{ url, port: proxy.port, folder, nodes },
    get logLines() {
      return nodes.flatMap(({ logLines }) => logLines);
    },
    client: (headers = {}) => new ApiClient(url, headers),
    clientOf: (node, headers = {}) => new ApiClient(url, { ...headers, [nodeHeader]: String(node) }),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      await proxy.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
