/** Storage port of privacy spending: what has been charged to which data. `store` implements it; the station injects it. */
import type { PrivacyEvent } from '@sluis/model';

/** What a budget belongs to: a shared table, for as long as its data exist, whatever version of the agreement holds. */
export interface BudgetedTable {
  readonly collaboration: string;
  /** Name in the agreement in lower case: names that differ in case alone are one table. */
  readonly table: string;
}

/** One run's spending on one table. Never changed, never taken back. */
export interface Charge extends BudgetedTable {
  readonly run: string;
  /** Id of the version under which it was charged. */
  readonly agreement: string;
  /** Whom the guarantee protects, as `unitText` writes it. */
  readonly unit: string;
  /** Who asked: the organisation, and the name that it vouches for. */
  readonly organisation: string;
  readonly analyst: string;
  /** Template, or `ad-hoc`. */
  readonly purpose: string;
  /** Of this run alone, never less than what its events cost. */
  readonly epsilon: string;
  readonly delta: string;
  readonly events: readonly PrivacyEvent[];
  readonly at: number;
}

/** Sees what has been spent on a charge's table, under every version and unit; throws RefusedError to refuse the charge. */
export type Decide = (charge: Charge, spent: readonly Charge[]) => void;

/**
 * Every method is durable when it resolves. Charges to one table are decided and written one after the other, also where
 * several connections write; what is spent is never deleted.
 */
export interface BudgetBook {
  /**
   * Writes all charges of one run, or none if `decide` throws. False if the run was charged before: then nothing is asked
   * or written.
   *
   * @throws StationError `store/charge-differs` if the run was charged otherwise before, `store/budget-incomplete` if charges
   *   that were written are gone.
   */
  charge(charges: readonly Charge[], decide: Decide): Promise<boolean>;
  /** Tables of a collaboration that have ever been charged, in the order of their names. */
  tables(collaboration: string): Promise<BudgetedTable[]>;
  /** In the order in which they were charged. Throws StationError `store/budget-incomplete` as `charge` does. */
  charges(table: BudgetedTable): Promise<Charge[]>;
  /** All that these runs were charged. */
  chargesOf(runs: readonly string[]): Promise<Charge[]>;
}
