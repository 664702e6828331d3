/** The arithmetic of every kind of report, as a station wants it. */
import type { ReportKinds } from '@sluis/flow';
import { localArithmetic } from './local-arithmetic.ts';
import { prio3Of } from './report-kinds.ts';

export const reportKinds: ReportKinds = { split: prio3Of, local: localArithmetic };
