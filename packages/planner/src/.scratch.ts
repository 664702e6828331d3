import { createSqlEngine } from '@sluis/engine';
import { prepare, providerStatement } from './index.ts';
import { sampleAgreement } from './fixture.ts';
const engine = createSqlEngine();
const agreement = sampleAgreement();
const { DuckDBInstance } = await import('@duckdb/node-api');
const db = await (await DuckDBInstance.create(':memory:')).connect();
await db.run(`create table incidents as select i::integer as id, ['Finance','Energy','Health'][1+i%3] as sector, case when i%4=0 then null when i%4=1 then 'north' else 'south' end as region, (1+i%5)::integer as severity, case when i%7=0 then null else (i*13.37)::decimal(12,2) end as cost, (i/3.0)::double as hours, i::double/7 as score, (i*1000)::bigint as records, date '2024-01-01'+(i%700)::integer as happened, timestamp '2024-01-01 00:00:00' + interval 1 hour * i as seen, i%2=0 as paid, 'note '||i as note from range(1000) t(i)`);
const qs = process.argv.length>2 ? process.argv.slice(2) : `select count(*) from incidents
select sector, count(*) as n, sum(cost) as total, avg(cost), avg(hours), stddev(cost) from incidents where severity >= 3 group by sector order by n desc
select sector, region, count(*) from incidents group by rollup(sector, region)
select cube_.sector, count(*) from incidents cube_ group by cube(sector, region)
select case when cost > 1000 then 'high' when cost > 100 then 'mid' else 'low' end as bucket, count(*) from incidents group by bucket
select date_trunc('month', happened) as m, count(*) n from incidents group by 1 order by 1
select year(happened), month(happened), count(*) filter (where paid) * 100.0 / count(*) as pct from incidents group by all
select max(cost), min(happened), max(sector), min(seen), max(hours), max(paid) from incidents
with x as (select *, cost*2 as c2 from incidents where region is not null) select sector, round(sum(c2)/nullif(sum(records),0),2) r from x group by sector having count(*) > 10 and r > 0 order by r desc nulls last limit 2
select distinct sector from incidents
select sector, n from (select sector, count(*) n from incidents group by sector) where n > 3 order by n
select var_pop(records), sum(records*records), sum(severity*severity*100000) from incidents
select sum(score) from incidents
select sum(least(greatest(score,0),100)) from incidents
select sum(case when id = 7 then cost end) from incidents
select median(cost) from incidents
select sector, cost from incidents
select count(distinct sector) from incidents
select sector, count(*) over () from incidents group by sector
select sum(ln(cost)), avg(cost/hours), sum(cost/severity) from incidents
select sector, grouping(sector) g, count(*) from incidents group by grouping sets ((sector),())
select count(*) from incidents where happened > '2024-05-05' and note ilike '%x%' and happened >= current_date
select count(*) from incidents where happened > '2024-05-05' and note ilike '%x%' and happened between '2024-01-01' and date '2024-01-01' + interval 3 month
select count(*) from incidents where happened > 'foo'
select sector, severity > 3 as severe, count(*), coalesce(sum(cost),0) from incidents group by all
select sum(date_diff('day', happened, date '2026-01-01')) from incidents
select strftime(happened, '%Y-%m') as ym, count(*) from incidents group by ym
select floor(severity/2) b, count(*) from incidents group by b
select sum(paid::int), avg(case when paid then 1.0 else 0 end), sum(if(paid, cost, 0)) from incidents`.split('\n');
for (const q of qs) {
  const t = performance.now();
  try {
    const p = await prepare({ sql: q, agreement, agreementId: 'a'.repeat(64) }, engine);
    console.log('\nOK', q, (performance.now()-t).toFixed(0)+'ms cells', p.plan.cellCount);
    const s = providerStatement(p.plan);
    console.log('  P', s.slice(0,700)); console.log('  F', p.plan.finalSql.slice(0,600)); console.log('  ', JSON.stringify(p.plan.columns), p.plan.accumulators.map(a=>[a.minimum,a.maximum,a.words,a.scale].join('/')).join(' '), p.domains.map(d=>d.values.length+':'+d.values.slice(0,4)).join(' | '));
    const r = await db.runAndReadAll(s); console.log('  R', r.getRowsJson().slice(0,2).map(x=>JSON.stringify(x)).join(' ').slice(0,300));
    const orig = await db.runAndReadAll(q); console.log('  O', orig.columnTypes().map(String).join(), orig.getRowsJson().slice(0,2).map(x=>JSON.stringify(x)).join(' ').slice(0,200), orig.columnNames().join());
  } catch (e: any) { console.log('\nNO', q, '::', e.code ?? e.stack, e.message, '|', e.remedy ?? '', e.cause?.message ?? ''); }
}
process.exit(0);
