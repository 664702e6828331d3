/** Sealed pieces of rows that stations share within a run, several from each, in any order. */
import type { Plan } from '@sluis/model';
import { Arrivals } from './arrivals.ts';
import { type RowsPiece, ROWS_PER_PIECE } from './row-pieces.ts';

/** More than a box, its message's header and a seed need beside the rows themselves. */
const ROOM_BESIDE_ROWS = 4096;

/** What one provider may share of a source: known from plan and agreement before anything arrives. */
export interface RowsLimit {
  /** Vectors of one word that a row has. */
  readonly vectors: number;
  readonly maximumRows: number;
}

/** A piece as it arrived; what it says of itself is checked again when it is opened. */
export interface SealedPiece extends RowsPiece {
  readonly box: Uint8Array;
}

/** What one station shares of one source of the plan. */
interface Series {
  readonly organisation: string;
  readonly source: number;
  readonly limit: RowsLimit;
  readonly pieces: Map<number, SealedPiece>;
  due: number | null;
}

const key = (organisation: string, source: number) => `${source}/${organisation}`;

export class RowsMailbox {
  readonly #series: ReadonlyMap<string, Series>;
  readonly #arrivals = new Arrivals('rows');

  /** @param limits - one per source of the plan. */
  constructor(plan: Pick<Plan, 'rows'>, limits: readonly RowsLimit[]) {
    const series = (plan.rows?.sources ?? []).flatMap((s, source) =>
      s.stations.map((organisation): Series => {
        const limit = limits[source] ?? { vectors: 0, maximumRows: 0 };
        return { organisation, source, limit, pieces: new Map(), due: null };
      }),
    );
    this.#series = new Map(series.map((s) => [key(s.organisation, s.source), s]));
  }

  /**
   * Takes one piece; throws ProtocolError on one that is not expected, came before, is too large or of another series. All
   * that is kept of one provider stays below what the agreement's number of rows needs.
   */
  put(from: string, piece: RowsPiece, box: Uint8Array): void {
    const series = this.#series.get(key(from, piece.source));
    const problem = series === undefined ? 'was not expected from this organisation' : problemOf(series, piece, box.length);
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

  /** How many rows one station shares of one source, once all pieces are there. */
  rows(organisation: string, source: number): number {
    const series = this.#series.get(key(organisation, source));
    return [...(series?.pieces.values() ?? [])].reduce((n, p) => n + p.rows, 0);
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

/** Why a piece is refused, from what it says of itself; null if it is not. */
function problemOf({ pieces, due, limit }: Series, piece: RowsPiece, sizeBytes: number): string | null {
  if (pieces.has(piece.piece)) return 'arrived a second time';
  if (piece.piece >= piece.pieces || (due !== null && due !== piece.pieces)) return 'does not belong to the others';
  const last = piece.piece === piece.pieces - 1;
  // All but the last are full, so that a piece's number says how many rows are before it.
  if (piece.rows > ROWS_PER_PIECE || (!last && piece.rows !== ROWS_PER_PIECE)) return 'is cut in another way than agreed';
  const atLeast = (piece.pieces - 1) * ROWS_PER_PIECE + (last ? piece.rows : 0);
  if (atLeast > limit.maximumRows) return 'belongs to more rows than the agreement allows';
  return sizeBytes > piece.rows * limit.vectors * 8 + ROOM_BESIDE_ROWS ? 'is larger than the plan allows' : null;
}
