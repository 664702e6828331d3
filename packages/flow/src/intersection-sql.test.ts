/** Intersections of several organisations as the question that they are: rows that lack a part of the key are no item. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agreement, type Intersection, intersectionSchema } from '@sluis/model';
import { intersectionSql } from './intersection-sql.ts';

const terms = (more: object): Intersection =>
  intersectionSchema.parse({
    between: ['north', 'east', 'west'].map((organisation) => ({ organisation, table: 'seen' })),
    on: ['ip', 'port'],
    reveal: 'at-least',
    threshold: 2,
    receivers: ['north'],
    ...more,
  });
const agreement = { tables: { seen: { columns: { port: { nullable: true }, ip: { nullable: false } } } } } as unknown as Agreement;
const ITEMS = 'FROM "seen" WHERE "port" IS NOT NULL GROUP BY "ip", "port" HAVING count(DISTINCT organisation) >=';

test('how many items so many have, which ones, and how many all have', () => {
  assert.equal(intersectionSql(agreement, terms({})), `SELECT count(*) AS size FROM (SELECT "ip", "port" ${ITEMS} 2)`);
  assert.equal(
    intersectionSql(agreement, terms({ reveal: 'size', threshold: undefined })),
    `SELECT count(*) AS size FROM (SELECT "ip", "port" ${ITEMS} 3)`,
  );
  assert.equal(
    intersectionSql(agreement, terms({ show_items: true })),
    `SELECT "ip", "port", count(DISTINCT organisation) AS organisations ${ITEMS} 2 ORDER BY organisations DESC`,
  );
  assert.equal(
    intersectionSql(agreement, terms({ on: ['ip'] })),
    'SELECT count(*) AS size FROM (SELECT "ip" FROM "seen" GROUP BY "ip" HAVING count(DISTINCT organisation) >= 2)',
  );
});
