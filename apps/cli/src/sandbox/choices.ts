/** Says on stderr what drafting chose, so that nobody takes a sandbox for an agreement. */
import type { Agreement, ColumnProposal } from '@sluis/model';
import type { Messages } from '../messages/index.ts';
import { ungroupable } from './draft.ts';

const DOMAIN_LIMIT = 1000;

export interface Choices {
  readonly agreement: Agreement;
  readonly columns: readonly ColumnProposal[];
  readonly third: string | null;
  readonly receiverHasData: boolean;
  readonly rulesFile: string | undefined;
}

export function choiceLines(choices: Choices, messages: Messages): string[] {
  const { agreement, columns } = choices;
  const [table] = Object.values(agreement.tables);
  const receiver = agreement.receivers.join(', ');
  const fractions = columns.filter((c) => c.type === 'DOUBLE');
  const decimals = columns.filter((c) => c.type.startsWith('DECIMAL')).map((c) => `${c.name} ${c.type}`);
  const many = ungroupable(columns);
  return [
    messages.choiceParties(table?.providers.join(', ') ?? ''),
    messages.choiceCommittee(agreement.committee.join(', ')),
    ...(choices.third === null ? [] : [messages.choiceThird(choices.third)]),
    choices.receiverHasData ? messages.choiceReceiverParty(receiver) : messages.choiceReceiver(receiver),
    messages.choiceUses,
    messages.choiceDomains(DOMAIN_LIMIT),
    ...(many.length === 0 ? [] : [messages.choiceNoDomain(many.join(', '))]),
    messages.choiceBounds,
    ...(decimals.length === 0 ? [] : [messages.choiceDecimal(decimals.join(', '))]),
    ...fractions.map((c) => messages.choiceScale(c.name, c.scale ?? 6)),
    messages.choiceApproval,
    messages.choiceRules(agreement.output.minimum_rows, agreement.output.minimum_organisations),
    ...(choices.rulesFile === undefined ? [] : [messages.choiceRulesFile(choices.rulesFile)]),
  ];
}
