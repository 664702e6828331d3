/** The real data sets as shared tables, with an agreement drafted from the files as `sluis try` does. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspectFiles } from '@sluis/engine';
import { type Agreement, draftAgreement } from '@sluis/model';
import type { DryParty } from '../queries/dry-pipeline.ts';
import { OUTSIDER, sampleAgreement } from '../queries/sample-agreement.ts';
import type { CorpusDataset } from './question.ts';
import { corpusTables } from './questions.ts';

/** One organisation per `party_NAME.csv` below $SLUIS_FIXTURES/data. */
export function partiesOf(fixtures: string, dataset: CorpusDataset): DryParty[] {
  const folder = join(fixtures, 'data', corpusTables[dataset].folder);
  const files = readdirSync(folder).filter((f) => /^party_.*\.csv$/.test(f));
  return files.sort().map((file) => ({ party: file.slice(6, -4), file: join(folder, file) }));
}

/** Granting everything that the files support; five rows and two organisations a cell. */
export async function agreementFor(dataset: CorpusDataset, parties: readonly DryParty[]): Promise<Agreement> {
  const { table } = corpusTables[dataset];
  const { columns } = await inspectFiles(parties.map((p) => p.file));
  const output = { minimum_rows: 5, minimum_organisations: 2 };
  const names = parties.map((p) => p.party);
  const empty = { kind: 'union', description: '', violations: 'refuse', maximum_rows: 100_000, columns: {} } as const;
  const { organisations } = sampleAgreement({ table, definition: empty, parties: names, output, receivers: [OUTSIDER] });
  const { agreement } = draftAgreement({
    collaboration: 'corpus',
    cards: organisations,
    tables: { [table]: { columns, providers: names, maximumRows: 100_000 } },
    receivers: [OUTSIDER],
    from: 0,
    uses: 'all',
    sandbox: true,
    minimumRows: output.minimum_rows,
    minimumOrganisations: output.minimum_organisations,
  });
  return agreement;
}
