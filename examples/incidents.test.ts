import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS, ACTORS, ASSETS, PROFILES, sampleIncidents, SEVERITIES, toCsv } from './incidents.ts';

test('the same seed gives the same incidents, another seed others', () => {
  assert.deepEqual(sampleIncidents(7), sampleIncidents(7));
  assert.notDeepEqual(sampleIncidents(7), sampleIncidents(8));
});

test('incidents keep to the vocabulary and the bounds', () => {
  for (const { organisation, rows } of sampleIncidents(2026)) {
    assert.equal(rows.length, PROFILES.find((p) => p.name === organisation)?.incidents);
    for (const row of rows) {
      assert.ok((ACTIONS as readonly string[]).includes(row.action) && (ACTORS as readonly string[]).includes(row.actor));
      assert.ok((ASSETS as readonly string[]).includes(row.asset) && (SEVERITIES as readonly string[]).includes(row.severity));
      assert.ok(Number(row.cost_eur) >= 50 && Number(row.cost_eur) <= 5_000_000 && Number(row.downtime_hours) <= 2000);
      assert.match(row.incident_date, /^202[45]-\d\d-\d\d$/);
    }
  }
});

test('one kind of incident is rare enough to be suppressed', () => {
  const rare = sampleIncidents(2026)
    .flatMap((s) => s.rows)
    .filter((r) => r.action === 'Environmental');
  assert.ok(rare.length >= 1 && rare.length < 5, `${rare.length}`);
});

test('CSV has a head, a line a row and empty cells for what is missing', () => {
  const rows = sampleIncidents(2026)[0]?.rows ?? [];
  const lines = toCsv(rows).trimEnd().split('\n');
  assert.equal(lines.length, rows.length + 1);
  assert.ok(lines[0]?.startsWith('incident_id,incident_date,'));
});
