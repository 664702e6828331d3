/** Whom noise protects in a sandbox: the row, or a column that `--privacy-unit` names. */
import type { SandboxTable } from './draft.ts';
import { usage } from './parties.ts';

/** Throws InvalidError `usage/parties` if no table has the column. Tables without it protect the row. */
export function withPrivacyUnit(tables: readonly SandboxTable[], column: string | undefined): SandboxTable[] {
  const found = tables.map((table): SandboxTable => {
    const own = table.columns.find((c) => c.name.toLowerCase() === column?.toLowerCase());
    return { ...table, privacyUnit: own === undefined ? { protects: 'row' } : { protects: 'column', column: own.name } };
  });
  if (column === undefined || found.some((t) => t.privacyUnit?.protects === 'column')) return found;
  const names = [...new Set(tables.flatMap((t) => t.columns.map((c) => c.name)))];
  throw usage(`There is no column "${column}" for --privacy-unit.`, `The columns are: ${names.join(', ')}.`);
}
