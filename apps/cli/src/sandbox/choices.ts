/** Says on stderr what drafting chose, so that nobody takes a sandbox for an agreement. */
import { type Agreement, NO_LIMIT } from '@sluis/model';
import type { Messages } from '../messages/index.ts';
import type { Renaming } from './asked-tables.ts';
import type { Cast } from './cast.ts';
import { groupedInSecret, type SandboxTable, ungroupable } from './draft.ts';

const DOMAIN_LIMIT = 1000;

export interface Choices {
  readonly agreement: Agreement;
  readonly tables: readonly SandboxTable[];
  readonly cast: Cast;
  readonly renamings: readonly Renaming[];
  readonly rulesFile: string | undefined;
  /** Name and file of the template that is asked. */
  readonly template: { readonly name: string; readonly file: string } | null;
}

export function choiceLines(choices: Choices, messages: Messages): string[] {
  const { agreement, cast, template } = choices;
  return [
    ...tableLines(choices, messages),
    messages.choiceCommittee(agreement.committee.join(', ')),
    ...(cast.third === null ? [] : [messages.choiceThird(cast.third)]),
    receiverLine(cast, messages),
    ...(agreement.threat_model === 'malicious' ? [messages.choiceMalicious] : []),
    messages.choiceUses,
    messages.choiceDomains(DOMAIN_LIMIT),
    ...columnLines(choices.tables, messages),
    messages.choiceApproval,
    messages.choiceRules(agreement.output.minimum_rows, agreement.output.minimum_organisations),
    ...noiseLines(agreement, messages),
    ...(template === null ? [] : [messages.choiceTemplate(template.name, template.file)]),
    ...(choices.rulesFile === undefined ? [] : [messages.choiceRulesFile(choices.rulesFile)]),
  ];
}

/** Whom noise would protect, and how much a unit may count for: what is more is left out. */
function noiseLines({ tables, output: { noise } }: Agreement, messages: Messages): string[] {
  const units = Object.values(tables).flatMap((t) => (t.privacy_unit === undefined ? [] : [t.privacy_unit]));
  if (noise === undefined || units.length === 0) return [];
  const named = new Set(units.map((u) => messages.budgetUnit(u.protects === 'column' ? `column:${u.column}` : u.protects)));
  const who = [...named].join(', ');
  const { epsilon } = noise.budget;
  const bounded = units.find((u) => u.protects === 'column');
  return [
    epsilon === NO_LIMIT ? messages.choiceNoise(who) : messages.choiceNoiseBudget(who, epsilon),
    ...(bounded === undefined ? [] : [messages.choiceNoiseBounds(bounded.groups, bounded.rows_per_group)]),
  ];
}

function tableLines({ agreement, tables, renamings }: Choices, messages: Messages): string[] {
  const [first] = Object.values(agreement.tables);
  if (tables.every((t) => t.kind === 'union')) return [messages.choiceParties(first?.providers.join(', ') ?? '')];
  const owned = tables.map((t) => `${t.providers[0] ?? ''}.${t.name} (${messages.rows(t.maximumRows)})`);
  const declared = Object.entries(agreement.tables);
  const unique = declared.flatMap(([name, t]) => (t.unique ?? []).map((set) => `${name} (${set.join(', ')})`));
  const bounds = declared.flatMap(([, t]) => (t.maximum_join_rows === undefined ? [] : [t.maximum_join_rows]));
  return [
    messages.choiceOwners(owned.join(', ')),
    ...renamings.map(({ from, to }) => messages.choiceRenamed(`${from.owner === null ? '' : `${from.owner}.`}${from.name}`, to)),
    ...(unique.length === 0 ? [] : [messages.choiceUnique(unique.join(', '))]),
    ...(bounds.length === 0 ? [] : [messages.choiceJoinRows(Math.min(...bounds))]),
  ];
}

function receiverLine({ receivers, receiverHasData }: Cast, messages: Messages): string {
  const names = receivers.join(', ');
  if (receivers.length > 1) return messages.choiceEachReceiver(names);
  return receiverHasData ? messages.choiceReceiverParty(names) : messages.choiceReceiver(names);
}

/** Columns go by their table's name where there are several tables. */
function columnLines(tables: readonly SandboxTable[], messages: Messages): string[] {
  const named = tables.flatMap((t) => t.columns.map((c) => (tables.length === 1 ? c : { ...c, name: `${t.name}.${c.name}` })));
  const fractions = named.filter((c) => c.type === 'DOUBLE');
  const decimals = named.filter((c) => c.type.startsWith('DECIMAL')).map((c) => `${c.name} ${c.type}`);
  const [many, secret] = [ungroupable(named), groupedInSecret(named)];
  return [
    ...(secret.length === 0 ? [] : [messages.choiceSecretGroups(secret.join(', '))]),
    ...(many.length === 0 ? [] : [messages.choiceNoDomain(many.join(', '))]),
    messages.choiceBounds,
    ...(decimals.length === 0 ? [] : [messages.choiceDecimal(decimals.join(', '))]),
    ...fractions.map((c) => messages.choiceScale(c.name, c.scale ?? 6)),
  ];
}
