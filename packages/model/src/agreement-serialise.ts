/** Writing an agreement for people: YAML in a fixed order with comments that say what each part means. */
import { Document, isMap, isScalar, type Scalar, visit } from 'yaml';
import type { Agreement, Column } from './agreement.ts';
import { NUMERIC_TYPE } from './agreement-literals.ts';

const COMMENTS: Readonly<Record<string, string>> = {
  sluis: ' A Sluis agreement. Every organisation named below signs exactly these terms; any change makes a new version.',
  purpose: ' What the answers are for, and the legal ground for working on this data together.',
  valid: ' Questions run from "from" (included) until "until" (not included).',
  organisations: ' One card per organisation, as printed by: sluis station card',
  contributors: ' Who deposits rows without a station: public keys made by sluis contribute identity create. They do not sign.',
  committee: ' The three compute parties. Any two of them together can reconstruct everything: choose three that will not.',
  tables:
    ' Shared tables. A column may be used only for what its "uses" say: group, join, filter, aggregate, reveal.\n' +
    ' "group" needs a domain; "aggregate" on numbers needs bounds; "reveal" allows MIN and MAX, which show single values.',
  collections:
    ' What people without an account may report. Two aggregators of a collection together can read every report in it: name two that will not.\n' +
    ' Reports of a local kind are randomised by people themselves: whoever sees one learns at most what its epsilon allows.',
  matching:
    ' How records of different organisations may be matched: keys in order of priority, each made of columns with the use "join".\n' +
    ' A recipe with its version brings values into normal form, so that everybody compares the same bytes.',
  intersections:
    ' What organisations may find they have in common. "items" runs between two stations and shows receivers which of their own items match;\n' +
    ' all else is computed by the committee on secrets.',
  output: ' A cell is released only if enough rows and organisations contribute to it.',
  receivers: ' Organisations that receive results.',
  askers: ' Organisations whose analysts may ask.',
  approval: ' Questions that are no template: "every-provider" approves each, or "none".',
  templates: ' Questions approved in advance: they run without further approval.',
  limits: ' questions_per_day: per analyst and UTC day, null is no limit. run_seconds: time one run may take.',
  sandbox: ' True only for trying things out: every explanation and receipt says so.',
};

const plainNumber = (text: string): number | string => (/^(0|-?[1-9]\d{0,14})$/.test(text) ? Number(text) : text);

function columnForPeople(column: Column): unknown {
  const number = NUMERIC_TYPE.test(column.type) ? plainNumber : (text: string) => text;
  const { domain, bounds } = column;
  return {
    type: column.type,
    ...(column.description === '' ? {} : { description: column.description }),
    uses: column.uses,
    ...(column.nullable ? { nullable: true } : {}),
    ...(domain === undefined
      ? {}
      : { domain: 'values' in domain ? { values: domain.values.map(number) } : { range: domain.range.map(number) } }),
    ...(bounds === undefined ? {} : { bounds: bounds.map(number) }),
    ...(column.scale === undefined ? {} : { scale: column.scale }),
  };
}

function forPeople(a: Agreement): Record<string, unknown> {
  return {
    sluis: a.sluis,
    collaboration: a.collaboration,
    version: a.version,
    ...(a.previous === null ? {} : { previous: a.previous }),
    title: a.title,
    purpose: a.purpose,
    legal_basis: a.legal_basis,
    valid: a.valid,
    organisations: a.organisations,
    ...(a.contributors === undefined ? {} : { contributors: a.contributors }),
    committee: a.committee,
    threat_model: a.threat_model,
    tables: Object.fromEntries(
      Object.entries(a.tables).map(([name, table]) => [
        name,
        { ...table, columns: Object.fromEntries(Object.entries(table.columns).map(([column, c]) => [column, columnForPeople(c)])) },
      ]),
    ),
    ...(a.collections === undefined ? {} : { collections: a.collections }),
    ...(a.matching === undefined ? {} : { matching: a.matching }),
    ...(a.intersections === undefined ? {} : { intersections: a.intersections }),
    output: a.output,
    receivers: a.receivers,
    askers: a.askers,
    approval: a.approval,
    templates: a.templates,
    limits: a.limits,
    ...(a.sandbox ? { sandbox: true } : {}),
  };
}

/** YAML that `parseAgreementYaml` reads back as the same agreement. */
export function serialiseAgreementYaml(agreement: Agreement): string {
  const document = new Document(forPeople(agreement), { aliasDuplicateObjects: false });
  if (isMap(document.contents)) {
    for (const pair of document.contents.items) {
      const key = pair.key as Scalar<string>;
      const comment = COMMENTS[key.value];
      if (comment === undefined) continue;
      key.commentBefore = comment;
      key.spaceBefore = key.value !== 'sluis';
    }
  }
  visit(document, {
    Seq(_key, node) {
      if (node.items.every(isScalar)) node.flow = true;
    },
    Pair(_key, pair) {
      if (isScalar(pair.key) && pair.key.value === 'valid' && isMap(pair.value)) pair.value.flow = true;
    },
  });
  return document.toString({ lineWidth: 120 });
}
