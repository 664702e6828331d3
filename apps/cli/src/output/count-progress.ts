/** Progress of a count on stderr: one line that changes on a terminal, one line every tenth elsewhere. */
import { remark } from './streams.ts';

const EVERY_MS = 200;

/** Shows counts as they come; silent where there is little to wait for. @param least - totals below it are not shown. */
export function countProgress(line: (done: number, all: number) => string, least: number): (done: number, all: number) => void {
  let [shown, tenth] = [0, 0];
  return (done, all) => {
    if (all < least) return;
    if (process.stderr.isTTY === true) {
      if (done < all && performance.now() - shown < EVERY_MS) return;
      shown = performance.now();
      process.stderr.write(`\r\u001b[2K  ${line(done, all)}${done >= all ? '\n' : ''}`);
      return;
    }
    const now = Math.floor((10 * done) / all);
    if (now > tenth) remark(`  ${line(done, all)}`);
    tenth = Math.max(tenth, now);
  };
}
