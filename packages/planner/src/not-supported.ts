/** Refusals by name for what analysts commonly try. */
import type { RefusedError } from '@sluis/base';
import { text, type Ast } from './ast.ts';
import { unsupported } from './refusal.ts';

const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [
    /^(mode|mad|approx_quantile|reservoir_quantile)$/,
    'Use MEDIAN, QUANTILE_CONT or QUANTILE_DISC, or ask for counts per range (GROUP BY a CASE of ranges).',
  ],
  [/^(approx_count_distinct|count_distinct)$/, 'Use COUNT(DISTINCT x), which is exact.'],
  [
    /^(histogram_exact|histogram_values|equi_width_bins)$/,
    'Use histogram(x) for declared values, or group by the bins: GROUP BY floor(x / 10), or by a CASE of ranges.',
  ],
  [
    /^(first|last|any_value|arbitrary|arg_max|arg_min|max_by|min_by|list|array_agg|string_agg|group_concat|listagg|first_value|last_value)$/,
    'It would reveal single records; use COUNT, SUM, AVG, VAR or STDDEV.',
  ],
  [/^(skewness|kurtosis.*|entropy)$/, 'Ask for the sums it is made of: SUM(x), SUM(y), SUM(x * y), COUNT(*).'],
  [
    /^(product|geomean|geometric_mean|bool_and|bool_or|bit_and|bit_or|bit_xor|fsum|kahan_sum|sumkahan|favg)$/,
    'Use COUNT, SUM, AVG, MIN, MAX, VAR or STDDEV, or COUNT(*) FILTER (WHERE …).',
  ],
  [
    /^(random|uuid|gen_random_uuid|setseed|nextval|hash|md5|sha1|sha256)$/,
    'Only functions that give the same value every time and reveal nothing else are allowed.',
  ],
  [
    /^(now|today|get_current_timestamp|get_current_time|transaction_timestamp|current_timestamp|current_date|current_time|current_localtimestamp|age)$/,
    "Write the date or time into the question, such as DATE '2026-01-31'.",
  ],
  [
    /^(error|getenv|read_.*|glob|current_.*|getvariable|version|pragma_.*|duckdb_.*|txid_current)$/,
    'A question can only look at the columns of its shared table.',
  ],
  [
    /^(list_.*|array_.*|unnest|struct_.*|row|map.*|json.*|from_json|to_json|generate_series|range|string_split|str_split|split|regexp_split_to_array|regexp_extract_all)$/,
    'Lists, structs, maps and JSON are not supported; use scalar values.',
  ],
  [
    /^(row_number|rank|dense_rank|percent_rank|cume_dist|ntile|lag|lead|nth_value)$/,
    'Window functions need single rows; ORDER BY and LIMIT give the top groups.',
  ],
];

/** A function that is not on the allow-list. */
export function refuseFunction(name: string): RefusedError {
  const known = FORBIDDEN.find(([pattern]) => pattern.test(name));
  return unsupported(`The function ${name}`, known?.[1] ?? 'See docs/sql.md for the functions that can be used.');
}

const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  WINDOW: [
    'A window function (OVER)',
    'Ask for the groups and compute shares or ranks from the answer; ORDER BY and LIMIT give the top groups.',
  ],
  SUBQUERY: [
    'A subquery inside an expression',
    'Ask two questions, or use FILTER: count(*) FILTER (WHERE …) / count(*). IN (SELECT …) and EXISTS (…) stand in WHERE, by themselves or with AND.',
  ],
  LAMBDA: ['A lambda', 'Use the scalar functions listed in docs/sql.md.'],
  PARAMETER: ['A parameter such as ? or $1', 'Write the value into the question.'],
  COLLATE: ['COLLATE', 'Compare lower(column) instead.'],
  STAR: ['* here', 'Name the columns; rows themselves are never shown.'],
  DEFAULT: ['DEFAULT', 'Write the value.'],
  POSITIONAL_REFERENCE: ['A positional column such as #1', 'Name the column.'],
};

/** A form of expression that is not supported. */
export function refuseShape(node: Ast): RefusedError {
  const [what, instead] = SHAPES[text(node['class'])] ?? [
    `${text(node['type']).replaceAll('_', ' ').toLowerCase() || 'This'} expression`.replace(/^\w/, (c) => c.toUpperCase()),
    'See docs/sql.md for what can be used.',
  ];
  return unsupported(what, instead);
}
