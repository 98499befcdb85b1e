// Holds a directory until it is killed.
import { openCheckpoints } from '../../../runtime/checkpoints/open-checkpoints.ts';

const ignore = (): void => {};
await openCheckpoints({
  directory: process.argv[2]!,
  fingerprint: '',
  now: () => 0,
  events: { rejected: ignore, written: ignore, failed: ignore, tookOver: ignore, unremoved: ignore },
});
process.send!('held');
setInterval(ignore, 1000);
