/** What the asking and the answering side of intersections share at one station. */
import type { StationContext } from './context.ts';
import type { Attempts } from './intersection-attempts.ts';
import type { IntersectionBook } from './intersection-book.ts';
import type { InputSources } from './intersection-input.ts';
import type { IntersectionWire } from './intersection-wire.ts';

export interface IntersectionParts {
  readonly station: StationContext;
  readonly book: IntersectionBook;
  readonly attempts: Attempts;
  readonly sources: InputSources;
  readonly wire: IntersectionWire;
}
