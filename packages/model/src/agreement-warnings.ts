/** What a careful reader should know before signing: allowed, but worth a second look. */
import type { Agreement, Table } from './agreement.ts';
import { givers } from './agreement-deposits.ts';
import { matchingWarnings } from './agreement-matching-check.ts';
import { intersectionWarnings } from './agreement-intersections-check.ts';
import { noiseWarnings } from './agreement-noise-check.ts';

function depositWarnings(agreement: Agreement, name: string, { deposits, providers }: Table): string[] {
  if (deposits === undefined) return [];
  const found = [
    `Table ${name}: rows are deposited: ${agreement.committee.join(', ')} keep encrypted shares of every row until ${deposits.keep_days === undefined ? 'this agreement ends or is replaced' : `${deposits.keep_days} days have passed or this agreement ends`}; any two of them together could read all of it, at any time, not only when a question runs.`,
    `Table ${name}: who deposits approves no question: ${agreement.approval.ad_hoc === 'none' || providers.length === 0 ? 'any question that the agreement allows may use the rows' : `${providers.join(', ')} decide for all`}.`,
  ];
  const { anonymous } = deposits;
  if (anonymous !== undefined) {
    found.push(
      `Table ${name}: ${anonymous.members.length} members may deposit without their name. This hides neither the network address from the station that is used, nor the time, nor what the rows say; with few members it hides little. ${anonymous.issuer} vouches for membership: it could let others in.`,
    );
    const twice = anonymous.members.filter((m) => deposits.by.includes(m) || providers.includes(m));
    if (twice.length > 0)
      found.push(
        `Table ${name}: members who may also give rows under their own name (${twice.join(', ')}) can do both, and nobody can tell: each can count as two organisations towards minimum_organisations, and have twice the rows.`,
      );
    if (anonymous.round !== 'once')
      found.push(
        `Table ${name}: an anonymous member counts as another organisation in each round (${anonymous.round}), because nobody can tell that it is the same one: minimum_organisations can be met by fewer members than it says. Use round "once" where that matters.`,
      );
  }
  return found;
}

/** Thresholds that can't be met, and what two providers tell each other. Tables of one owner are joined, not added up. */
function thresholdWarnings(agreement: Agreement, name: string, table: Table): string[] {
  if (table.kind !== 'union') return [];
  const found: string[] = [];
  const { minimum_organisations: needed } = agreement.output;
  const count = givers(table).length;
  if (needed > count) {
    found.push(
      `Table ${name}: minimum_organisations is ${needed} but it has ${count} ${table.deposits === undefined ? 'providers' : 'providers and depositors'}, so nothing is ever released.`,
    );
  }
  // Without its own rows a receiver that gives some leaves one organisation fewer.
  const own = agreement.receivers.filter((r) => givers(table).includes(r));
  if (needed === count && own.length > 0) {
    found.push(
      `Table ${name}: minimum_organisations is ${needed} and ${count} organisations give rows, so nothing is ever released to ${own.join(', ')}: the rule must hold without a receiver's own rows as well. At most ${count - 1} can be met.`,
    );
  }
  if (count === 2) {
    found.push(
      `Table ${name}: with two providers, each that receives a sum can subtract its own part and learns the other's value, unless the rules suppress it.`,
    );
  }
  return found;
}

function tableWarnings(agreement: Agreement, name: string, table: Table): string[] {
  const found = [...depositWarnings(agreement, name, table), ...thresholdWarnings(agreement, name, table)];
  for (const [column, { type, uses, nullable, domain }] of Object.entries(table.columns)) {
    if (type === 'VARCHAR' && domain === undefined && uses.includes('reveal') && uses.includes('group'))
      found.push(
        `Table ${name}: column ${column} may be grouped by without a declared list: receivers get a hash of each value that passes the rules, read those that they have themselves, and can test any text that they can guess.`,
      );
    else if (uses.includes('reveal'))
      found.push(`Table ${name}: column ${column} may be revealed: MIN and MAX show a single record's value whatever the group's size.`);
    if (
      uses.includes('filter') &&
      domain === undefined &&
      uses.includes('group') === false &&
      /(^|_)(id|bsn|ssn|name|email|iban)$/i.test(column)
    ) {
      found.push(`Table ${name}: column ${column} looks like an identifier and may be filtered on: a filter can single somebody out.`);
    }
    if (uses.includes('group') && nullable) found.push(`Table ${name}: column ${column} may lack a value; NULL is a group of its own.`);
  }
  const filtered = Object.entries(table.columns).filter(([, c]) => c.uses.includes('filter'));
  if (agreement.output.dominance === undefined && filtered.length > 0) {
    found.push(
      `Table ${name}: without a dominance rule, SUM(CASE WHEN … THEN x ELSE 0 END) over columns with the use "filter" (${filtered.map(([column]) => column).join(', ')}) can show one row's value: rows that add 0 count for minimum_rows.`,
    );
  }
  return found;
}

function committeeWarnings(agreement: Agreement): string[] {
  if (agreement.committee.length === 0) return [];
  const committee: readonly string[] = agreement.committee;
  const providers = new Set(Object.values(agreement.tables).flatMap((t) => t.providers));
  const found = [`Any two of ${agreement.committee.join(', ')} together can reconstruct all data shared for a question.`];
  const hosts = agreement.committee.map((name) =>
    agreement.organisations
      .find((o) => o.name === name)
      ?.station.replace(/:\d+$/, '')
      .toLowerCase(),
  );
  if (!agreement.sandbox && new Set(hosts).size < 3)
    found.push('Compute parties share a host: who operates it can reconstruct everything.');
  for (const receiver of agreement.receivers) {
    if (providers.has(receiver))
      found.push(`${receiver} receives results and provides data: the rules are checked again without its own rows, and suppress more.`);
    if (committee.includes(receiver))
      found.push(`${receiver} receives results and is a compute party: with one other compute party it learns everything.`);
  }
  return found;
}

/** What a draft says where people have still to write. */
export const UNWRITTEN = {
  purpose: 'Write here what the answers are for.',
  legalBasis: 'Write here on which legal ground the data is used together.',
};

/** What was left as a draft has it. */
function unwrittenWarnings({ purpose, legal_basis, tables }: Agreement): string[] {
  const found: string[] = [];
  if (purpose === UNWRITTEN.purpose) found.push('The purpose is still to be written ("purpose").');
  if (legal_basis === UNWRITTEN.legalBasis) found.push('The legal basis is still to be written ("legal_basis").');
  for (const [name, { columns }] of Object.entries(tables))
    if (Object.values(columns).every(({ uses }) => uses.length === 0))
      found.push(`Table ${name}: no column may be used for anything ("uses"), so its rows can at most be counted.`);
  return found;
}

/** Sentences for people; an empty list never means that signing is safe. */
export function agreementWarnings(agreement: Agreement): string[] {
  const { output, approval } = agreement;
  const found = [
    ...unwrittenWarnings(agreement),
    ...committeeWarnings(agreement),
    ...Object.entries(agreement.tables).flatMap(([name, table]) => tableWarnings(agreement, name, table)),
    ...matchingWarnings(agreement),
    ...noiseWarnings(agreement),
    ...intersectionWarnings(agreement),
  ];
  if (output.minimum_rows < 3) found.push(`minimum_rows is ${output.minimum_rows}: cells about one or two rows may be released.`);
  if (output.minimum_organisations < 2) found.push("minimum_organisations is 1: cells may show a single organisation's value.");
  if (output.checking !== undefined)
    found.push(
      `Output checkers of ${output.checking.by.join(', ')} have ${agreement.limits.run_seconds} seconds to look at an answer (limits.run_seconds); without their word nothing is released. Their stations must be reachable for every question.`,
    );
  if (output.totals === 'secondary-suppression' || output.differencing === 'guard')
    found.push('The compute parties learn which groups are empty: secondary suppression and the guard against differences need it.');
  if (approval.ad_hoc === 'none') found.push('Questions that nobody has seen before run without approval (approval.ad_hoc: none).');
  if (agreement.limits.questions_per_day === null) found.push('There is no limit on the number of questions per analyst and day.');
  if (agreement.sandbox) found.push('This is a sandbox: what drafting looked at was not protected.');
  return found;
}
