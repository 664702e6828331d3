/** From the agreement's words on what is reported to the arithmetic of it: clients, aggregators and receivers use the same. */
import type { SplitReportKind } from '@sluis/model';
import { type Prio3, prio3Count, prio3Histogram, prio3Sum, prio3SumVec } from '@sluis/prio';

/** With two aggregators, and the chunk lengths that make proofs shortest. */
export function prio3Of(kind: SplitReportKind): Prio3<never, unknown> {
  switch (kind.kind) {
    case 'prio3-count':
      return prio3Count();
    case 'prio3-sum':
      return prio3Sum(BigInt(kind.maximum));
    case 'prio3-histogram':
      return prio3Histogram(kind.buckets);
    case 'prio3-sumvec':
      return prio3SumVec(kind.length, BigInt(kind.maximum));
  }
}
