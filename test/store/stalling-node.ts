import { createInterface } from 'node:readline/promises';
import { clusterLedger } from '../../src/store/postgres/cluster-ledger.ts';
import { ConnectionSource } from '../../src/store/postgres/source.ts';

/** Joins the cluster at the URL given, says so, and renews for each line it reads. */
const ledger = clusterLedger(new ConnectionSource({ url: process.argv[2] ?? '' }), 60_000);
await ledger.join({ nodeId: 'stalling', renewal: 1 });
console.log('joined');
let renewal = 1;
for await (const _ of createInterface(process.stdin)) {
  renewal += 1;
  void ledger.renew({ nodeId: 'stalling', renewal, applied: 0 });
}
