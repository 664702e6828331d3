/** The lists in docs/sql.md, made from the catalogue so that text and code cannot differ. */
import { allowList } from './catalogue.ts';

const TITLES: Readonly<Record<keyof ReturnType<typeof allowList>, string>> = {
  aggregate: 'Aggregates',
  arithmetic: 'Arithmetic',
  number: 'Numbers',
  text: 'Text',
  pattern: 'Patterns',
  date: 'Dates and timestamps',
  condition: 'Conditions',
  cast: 'Types for CAST',
};

/** Markdown between the markers of docs/sql.md. */
export function allowListDocument(): string {
  const lists = allowList();
  return (Object.keys(TITLES) as (keyof typeof TITLES)[])
    .map((topic) => `### ${TITLES[topic]}\n\n${lists[topic].map((name) => (name.includes('`') ? name : `\`${name}\``)).join(', ')}\n`)
    .join('\n');
}
