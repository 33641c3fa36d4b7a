import { describe } from 'node:test';
import { describeLoggedOutDevice, describeMainJob } from './main-job.ts';
import { setStage } from './stage.ts';

/** Each request, and each page's event stream, is answered by the next of three nodes. */
const stage = setStage({ nodes: 3 });
describe('on three nodes behind a round-robin proxy', () => {
  describeMainJob(stage);
  describeLoggedOutDevice(stage);
});
