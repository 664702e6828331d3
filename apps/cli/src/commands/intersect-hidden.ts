/** `sluis intersect` where nobody is to learn which items match. */
import { usage, type IntersectMode, type IntersectOptions } from './intersect.ts';
import type { IntersectionSide } from '../sandbox/intersection-draft.ts';

export async function intersectHidden(_sides: readonly IntersectionSide[], mode: IntersectMode, _options: IntersectOptions): Promise<void> {
  throw usage(`--mode ${mode} is not built yet.`, 'Use --mode items.');
}
