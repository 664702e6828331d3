/** Joined rows grouped by text without declared values, where the key is NULL without a partner too: in the clear and on shares. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agreement, agreementSchema, MORE_HASH_BITS, textHash } from '@sluis/model';
import { DryPipeline } from './dry-pipeline.ts';
import { joinedAgreement, openJoinedTables } from './joined-tables.ts';
import { OUTSIDER } from './sample-agreement.ts';

const SEED = Number(process.env['SLUIS_TEST_SEED'] ?? 20_283);
const OWN = ['C1', 'C3', 'C11', 'C99'];

/** The codes of both tables may be shown. */
function agreement(): Agreement {
  const base = joinedAgreement(false, 2);
  const shown = (name: string) => {
    const table = base.tables[name];
    const code = table?.columns['code'];
    return { ...table, columns: { ...table?.columns, code: { ...code, uses: ['join', 'filter', 'aggregate', 'group', 'reveal'] } } };
  };
  return agreementSchema.parse({ ...base, tables: { ...base.tables, claims: shown('claims'), codes: shown('codes') } });
}

const QUESTIONS = [
  'SELECT c.code AS code, count(*) AS n, sum(c.paid) AS x FROM claims c JOIN patients p ON p.person_id = c.person_id GROUP BY c.code',
  'SELECT k.code AS code, count(*) AS n, sum(c.paid) AS x FROM claims c LEFT JOIN codes k ON c.code = k.code AND c.kind = k.kind GROUP BY k.code',
  "SELECT c.code AS code, count(*) AS n, min(c.paid) AS x FROM claims c SEMI JOIN codes k ON c.code = k.code WHERE c.code <> 'C3' GROUP BY c.code",
] as const;

test(`joined rows by text (seed ${SEED})`, { timeout: 3_000_000 }, async (t) => {
  const db = await openJoinedTables(SEED);
  const pipeline = DryPipeline.onRows(agreement(), db);
  t.after(() => {
    pipeline.close();
    db.closeSync();
  });
  const hash = textHash('generated');
  let [read, unread, nothing] = [0, 0, 0];
  for (const [i, sql] of QUESTIONS.entries()) {
    const wanted = (await db.runAndReadAll(`${sql} HAVING count(*) >= 4`)).getRowsJson().map(([code, n, x]) => {
      const [first, more] = code === null ? [0n, 0n] : hash(String(code));
      const hashed = code === null ? null : ((first << MORE_HASH_BITS) | more).toString(16).padStart(24, '0');
      return [code !== null && OWN.includes(String(code)) ? code : null, hashed, Number(n), Number(x)];
    });
    wanted.sort(([, a], [, b]) => (b === null || (a !== null && String(a) < String(b)) ? -1 : 1));
    for (const threat of i === 1 ? [undefined, 'malicious'] : [undefined]) {
      const { rows } = await pipeline.answer(await pipeline.plan(sql, [OUTSIDER]), threat, OWN);
      assert.deepEqual(
        rows.map(([code, hashed, n, x]) => [code, hashed, Number(n), Number(x)]),
        wanted,
        `${sql} (${threat ?? 'in the clear'})`,
      );
    }
    for (const [code, hashed] of wanted) code !== null ? read++ : hashed !== null ? unread++ : nothing++;
  }
  assert.ok(read > 5 && unread > 15 && nothing === 1, `${read} read, ${unread} not, ${nothing} without a partner`);
});
