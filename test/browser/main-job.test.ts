import { describeLoggedOutDevice, describeMainJob } from './main-job.ts';
import { setStage } from './stage.ts';

const stage = setStage();
describeMainJob(stage);
describeLoggedOutDevice(stage);
