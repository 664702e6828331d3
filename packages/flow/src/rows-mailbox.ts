/** Sealed pieces of rows that stations share within a run, several from each, in any order. */
import type { Plan } from '@sluis/model';
import { Arrivals } from './arrivals.ts';
import { MOST_PIECES, type RowsPiece, ROWS_PER_PIECE } from './row-pieces.ts';

/** A piece as it arrived; what it says of itself is checked again when it is opened. */
export interface SealedPiece extends RowsPiece {
  readonly box: Uint8Array;
}

/** What one station shares of one source of the plan. */
interface Series {
  readonly organisation: string;
  readonly source: number;
  readonly maximumBytes: number;
  readonly pieces: Map<number, SealedPiece>;
  due: number | null;
}

const key = (organisation: string, source: number) => `${source}/${organisation}`;

export class RowsMailbox {
  readonly #series: ReadonlyMap<string, Series>;
  readonly #arrivals = new Arrivals('rows');

  /** @param wordsPerRow - per source, how many vectors its rows have. */
  constructor(plan: Pick<Plan, 'rows'>, wordsPerRow: readonly number[]) {
    const series = (plan.rows?.sources ?? []).flatMap((s, source) =>
      s.stations.map((organisation): Series => {
        const maximumBytes = ROWS_PER_PIECE * (wordsPerRow[source] ?? 0) * 8 + 1_000_000;
        return { organisation, source, maximumBytes, pieces: new Map(), due: null };
      }),
    );
    this.#series = new Map(series.map((s) => [key(s.organisation, s.source), s]));
  }

  /** Takes one piece; throws ProtocolError on one that is not expected, came before, is too large or of another series. */
  put(from: string, piece: RowsPiece, box: Uint8Array): void {
    const series = this.#series.get(key(from, piece.source));
    const problem =
      series === undefined
        ? 'was not expected from this organisation'
        : series.pieces.has(piece.piece)
          ? 'arrived a second time'
          : box.length > series.maximumBytes
            ? 'is larger than the plan allows'
            : (series.due !== null && series.due !== piece.pieces) || piece.piece >= piece.pieces || piece.pieces > MOST_PIECES
              ? 'does not belong to the others'
              : null;
    if (series === undefined || problem !== null) throw this.#arrivals.refused(from, problem ?? '');
    series.due = piece.pieces;
    series.pieces.set(piece.piece, { ...piece, box });
    this.#arrivals.came();
  }

  /** Resolves when all pieces of all stations are there. Throws PeerError naming who is missing when time runs out. */
  async all(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const incomplete = () => [...this.#series.values()].filter((s) => s.due === null || s.pieces.size < s.due).map((s) => s.organisation);
    await this.#arrivals.until(() => [...new Set(incomplete())], timeoutMs, signal);
  }

  /** Hands over one station's pieces of one source in order, each once, so that they need not all be kept. */
  *take(organisation: string, source: number): Generator<SealedPiece> {
    const series = this.#series.get(key(organisation, source));
    if (series === undefined) throw new RangeError('the plan names no such rows');
    for (let i = 0; i < (series.due ?? 0); i++) {
      const piece = series.pieces.get(i);
      if (piece === undefined) throw new RangeError('a piece of rows is missing');
      series.pieces.delete(i);
      yield piece;
    }
  }
}
