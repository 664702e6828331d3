/** What inspecting local files proposes for a shared table; a person decides, the agreement states. */
import type { Column } from './agreement.ts';

export interface ColumnProposal {
  readonly name: string;
  /** One of the agreement's column types. */
  readonly type: string;
  readonly nullable: boolean;
  /** Values found, or the range they lie in; absent when there are too many to group by. */
  readonly domain?: Column['domain'];
  /** How many values were found that `domain` does not list, because they stand in few rows; absent if none. */
  readonly unlisted?: number;
  /** Smallest and largest value found, as decimal text. */
  readonly bounds?: readonly [string, string];
  /** Decimals kept of a DOUBLE column. */
  readonly scale?: number;
}
