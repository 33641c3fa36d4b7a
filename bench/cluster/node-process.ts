/** A node in a process of its own: `node-process.ts <url>`. Says when it runs, and leaves when its parent lets go. */
import { openNode } from './database.ts';
import { startNode } from './node.ts';

const [url = ''] = process.argv.slice(2);
const opened = await openNode(url);
const { node } = await startNode(opened);
process.once('disconnect', async () => {
  await node.leave();
  await opened.store.close();
  process.exit();
});
process.send?.('ready');
