import pg from 'pg';
import type { Account, Scene } from './account.ts';
import { until } from './conditions.ts';
import type { Token } from './history.ts';
import { Recorder } from './recorder.ts';
import { isHit, moveIn, signedIn } from './recovery.ts';
import type { Stage } from './stage.ts';

const patienceMs = 10_000;

/** Two nodes, an owner signed in at the near one, and another device of theirs that the far one answers for from memory. */
export class SceneOfTwo {
  static readonly near = 0;
  static readonly far = 1;
  readonly stage: Stage;
  readonly recorder: Recorder;
  readonly account: Account;
  readonly #asker: Token;

  private constructor(stage: Stage, recorder: Recorder, account: Account, asker: Token) {
    this.stage = stage;
    this.recorder = recorder;
    this.account = account;
    this.#asker = asker;
  }

  static async open(stage: Stage): Promise<SceneOfTwo> {
    const recorder = new Recorder();
    const scene: Scene = { recorder, requests: stage.requests, ports: stage.ports };
    const account = await moveIn(scene, SceneOfTwo.near);
    return new SceneOfTwo(stage, recorder, account, await signedIn(account, SceneOfTwo.near));
  }

  /** The link of the far node. */
  get link() {
    const link = this.stage.links[SceneOfTwo.far];
    if (link === undefined) throw new Error('The stage has no second node.');
    return link;
  }

  /** Requests that were accepted although they may not be. */
  get wronglyAccepted(): number {
    return this.recorder.counts.violations.filter(({ kind }) => kind === 'accepted').length;
  }

  /** A new device that the far node has never seen. */
  newDevice(): Promise<Token> {
    return signedIn(this.account, SceneOfTwo.near);
  }

  /** A new device that the far node has in memory. */
  async rememberedDevice(): Promise<Token> {
    await this.stage.leased();
    const token = await this.newDevice();
    await until('the far node answers from memory', patienceMs, () =>
      isHit(this.stage, this.account, token, SceneOfTwo.far),
    );
    return token;
  }

  /** Logs the device out at the near node; resolves with the acknowledgement. */
  async logOut(token: Token): Promise<void> {
    const ended = await this.account.revoke(SceneOfTwo.near, this.#asker, token.session);
    if (ended.outcome !== 'done')
      throw new Error(`The log-out was answered with ${ended.status} ${ended.code}.`);
  }

  /** Shows the token to the far node again and again, so long, without waiting for the answers; resolves with the last. */
  async show(token: Token, forMs: number): Promise<void> {
    const everyMs = 10;
    const shown: Promise<unknown>[] = [];
    const endsAt = performance.now() + forMs;
    do {
      shown.push(this.account.use(SceneOfTwo.far, token));
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    } while (performance.now() < endsAt);
    await Promise.all(shown);
  }

  /** A connection of the test's own to the database, around all links. */
  async connect(): Promise<pg.Client> {
    const { postgres, database } = this.stage;
    const client = new pg.Client({ host: '127.0.0.1', port: postgres.port, user: 'postgres', database });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** The far node's name in the table: names are in the order of the starts. */
  async farNodeId(client: pg.Client): Promise<string> {
    const { rows } = await client.query<{ node_id: string }>(
      'select node_id from cluster_nodes order by node_id',
    );
    const id = rows[SceneOfTwo.far]?.node_id;
    if (id === undefined) throw new Error('The far node is not in the table.');
    return id;
  }
}
