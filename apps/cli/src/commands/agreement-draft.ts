/** `sluis agreement draft` */
import { resolve } from 'node:path';
import { InvalidError } from '@sluis/base';
import { inspectFiles } from '@sluis/engine';
import { type Card, cardSchema, draftAgreement, serialiseAgreementYaml } from '@sluis/model';
import { readInput } from '../connection.ts';
import { writePublic } from '../files.ts';
import { print, remark } from '../output/streams.ts';

export interface DraftOptions {
  readonly collaboration: string;
  readonly card: string[];
  readonly table: string;
  readonly fromCsv: string[];
  readonly committee?: string[];
  readonly receivers?: string[];
  readonly askers?: string[];
  readonly providers?: string[];
  readonly purpose?: string;
  readonly legalBasis?: string;
  readonly output?: string;
}

/** The agreement is read by all: a value that fewer rows of the sample have may say something about one of them. */
const LEAST_ROWS = 5;

export async function agreementDraft(options: DraftOptions): Promise<void> {
  const cards = options.card.map(readCardFile);
  const { columns } = await inspectFiles(
    options.fromCsv.map((f) => resolve(f)),
    { leastRows: LEAST_ROWS },
  );
  const { agreement, remarks } = draftAgreement({
    collaboration: options.collaboration,
    cards,
    tables: { [options.table]: { columns, ...(options.providers === undefined ? {} : { providers: options.providers }) } },
    ...(options.committee === undefined ? {} : { committee: three(options.committee) }),
    ...(options.receivers === undefined ? {} : { receivers: options.receivers }),
    ...(options.askers === undefined ? {} : { askers: options.askers }),
    ...(options.purpose === undefined ? {} : { purpose: options.purpose }),
    ...(options.legalBasis === undefined ? {} : { legalBasis: options.legalBasis }),
    from: Date.now(),
    uses: 'none',
  });
  const yaml = serialiseAgreementYaml(agreement);
  for (const line of remarks) remark(`Note: ${line}`);
  if (options.output === undefined) return print(yaml);
  writePublic(options.output, yaml);
  remark(`Draft written to ${options.output}. Edit it, then: sluis agreement check ${options.output}`);
}

function three(names: readonly string[]): [string, string, string] {
  const [a, b, c, more] = names;
  if (a !== undefined && b !== undefined && c !== undefined && more === undefined) return [a, b, c];
  throw new InvalidError('usage/committee', {
    stage: 'usage',
    message: 'The committee has exactly three members.',
    remedy: 'For instance: --committee north,south,west',
  });
}

function readCardFile(path: string): Card {
  let value: unknown;
  try {
    value = JSON.parse(readInput(path));
  } catch (thrown) {
    if (thrown instanceof InvalidError) throw thrown;
    value = null;
  }
  const parsed = cardSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidError('agreement/card-invalid', {
    stage: 'agreement',
    message: `${path} is no station's card.`,
    remedy: 'Make it with: sluis station card --home DIR --output FILE',
  });
}
