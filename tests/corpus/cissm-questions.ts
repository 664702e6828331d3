/** Questions over the CISSM cyber events, one row per event with its date (table `incidents`, nine sectors). */
import { numbered } from './question.ts';

export const cissmQuestions = numbered('cissm', [
  ['How many events in all?', 'SELECT COUNT(*) FROM incidents'],
  ['Events per motive', 'SELECT motive, COUNT(*) AS n FROM incidents GROUP BY motive ORDER BY n DESC'],
  ['Events per type', 'SELECT event_type, COUNT(*) AS n FROM incidents GROUP BY event_type'],
  ['Trend per month', "SELECT date_trunc('month', event_date) AS month, COUNT(*) AS n FROM incidents GROUP BY 1 ORDER BY 1"],
  [
    'Trend per month of disruptive events',
    "SELECT date_trunc('month', event_date) AS m, COUNT(*) AS n FROM incidents WHERE event_type = 'Disruptive' GROUP BY 1 ORDER BY 1",
  ],
  [
    'Trend per quarter since 2018',
    "SELECT date_trunc('quarter', event_date) AS quarter, COUNT(*) AS n FROM incidents WHERE event_date >= DATE '2018-01-01' GROUP BY quarter ORDER BY quarter",
  ],
  [
    'Events per year and motive',
    'SELECT year, motive, COUNT(*) AS n FROM incidents WHERE year IS NOT NULL GROUP BY year, motive ORDER BY year, n DESC',
  ],
  ['Events per year from the date itself', 'SELECT EXTRACT(year FROM event_date) AS y, COUNT(*) AS n FROM incidents GROUP BY y ORDER BY y'],
  [
    'On which day of the week do attacks happen?',
    'SELECT dayofweek(event_date) AS weekday, COUNT(*) AS n FROM incidents WHERE event_date IS NOT NULL GROUP BY weekday ORDER BY weekday',
  ],
  [
    'Weekend against weekdays',
    "SELECT CASE WHEN dayofweek(event_date) IN (0, 6) THEN 'weekend' ELSE 'weekday' END AS part, COUNT(*) AS n FROM incidents WHERE event_date IS NOT NULL GROUP BY part",
  ],
  ['Events per sector in 2022', 'SELECT sector, COUNT(*) AS n FROM incidents WHERE year = 2022 GROUP BY sector ORDER BY n DESC'],
  [
    'Events before and after the pandemic began',
    "SELECT CASE WHEN event_date < DATE '2020-03-01' THEN 'before' ELSE 'after' END AS period, event_type, COUNT(*) AS n FROM incidents WHERE event_date IS NOT NULL GROUP BY period, event_type ORDER BY period, event_type",
  ],
  [
    'Share of financially motivated events per sector',
    "SELECT sector, COUNT(*) FILTER (WHERE motive = 'Financial') * 1.0 / COUNT(*) AS share FROM incidents GROUP BY sector ORDER BY share DESC",
  ],
  [
    'Share of ransom-like exploitation per year',
    "SELECT year, AVG(CASE WHEN event_type IN ('Exploitative', 'Mixed') THEN 1 ELSE 0 END) AS share FROM incidents WHERE year IS NOT NULL GROUP BY year ORDER BY year",
  ],
  ['Ten most frequent subtypes', 'SELECT event_subtype, COUNT(*) AS n FROM incidents GROUP BY event_subtype ORDER BY n DESC LIMIT 10'],
  [
    'Denial of service per sector',
    "SELECT sector, COUNT(*) AS n FROM incidents WHERE event_subtype LIKE '%Denial of Service%' GROUP BY sector ORDER BY n DESC",
  ],
  [
    'Events by country of the actor',
    "SELECT actor_country, COUNT(*) AS n FROM incidents WHERE actor_country <> 'Undetermined' GROUP BY actor_country ORDER BY n DESC LIMIT 15",
  ],
  [
    'State-like espionage per actor country',
    "SELECT actor_country, COUNT(*) AS n FROM incidents WHERE motive IN ('Political-Espionage', 'Industrial-Espionage', 'Espionage') GROUP BY actor_country HAVING COUNT(*) >= 10 ORDER BY n DESC",
  ],
  [
    'Are espionage motives concentrated in some sectors?',
    "SELECT sector, COUNT(*) AS n FROM incidents WHERE motive LIKE '%Espionage' GROUP BY sector ORDER BY n DESC",
  ],
  ['Events by victim country', 'SELECT country, COUNT(*) AS n FROM incidents GROUP BY country HAVING COUNT(*) > 50 ORDER BY n DESC'],
  ['United States against the rest', "SELECT country = 'United States' AS us, COUNT(*) AS n FROM incidents GROUP BY us"],
  ['Sector by event type', 'SELECT sector, event_type, COUNT(*) AS n FROM incidents GROUP BY sector, event_type'],
  ['Sector by event type with subtotals', 'SELECT sector, event_type, COUNT(*) AS n FROM incidents GROUP BY ROLLUP(sector, event_type)'],
  [
    'Pivot of event types per sector',
    "SELECT sector, SUM(CASE WHEN event_type = 'Disruptive' THEN 1 ELSE 0 END) AS disruptive, SUM(CASE WHEN event_type = 'Exploitative' THEN 1 ELSE 0 END) AS exploitative, SUM(CASE WHEN event_type = 'Mixed' THEN 1 ELSE 0 END) AS mixed FROM incidents GROUP BY sector",
  ],
  [
    'How many dates are missing?',
    'SELECT COUNT(*) AS n, COUNT(event_date) AS dated, COUNT(*) - COUNT(event_date) AS undated FROM incidents',
  ],
  ['Duplicates per sector', 'SELECT sector, SUM(duplicate) AS duplicates, COUNT(*) AS n FROM incidents GROUP BY sector'],
  ['Counts without duplicates', 'SELECT motive, COUNT(*) AS n FROM incidents WHERE duplicate = 0 GROUP BY motive'],
  [
    'Mean events per month in each year',
    'SELECT year, COUNT(*) / 12.0 AS per_month FROM incidents WHERE year BETWEEN 2014 AND 2022 GROUP BY year ORDER BY year',
  ],
  [
    'Protest events over time, half years',
    "SELECT year, CASE WHEN month <= 6 THEN 1 ELSE 2 END AS half, COUNT(*) AS n FROM incidents WHERE motive = 'Protest' AND year IS NOT NULL GROUP BY year, half ORDER BY year, half",
  ],
  [
    'Anonymous and its offspring',
    "SELECT year, COUNT(*) AS n FROM incidents WHERE lower(actor) LIKE '%anonymous%' GROUP BY year ORDER BY year",
  ],
  ['Known and unknown actors', "SELECT actor = 'Undetermined' AS unknown_actor, COUNT(*) AS n FROM incidents GROUP BY 1"],
  [
    'Attribution rate per year',
    "SELECT year, 1 - AVG(CASE WHEN actor = 'Undetermined' THEN 1.0 ELSE 0 END) AS attributed FROM incidents WHERE year IS NOT NULL GROUP BY year ORDER BY year",
  ],
  ['Most active actors', 'SELECT actor, COUNT(*) AS n FROM incidents GROUP BY actor ORDER BY n DESC LIMIT 20'],
  [
    'How many organisations were hit per year?',
    'SELECT year, COUNT(DISTINCT organisation_id) AS organisations FROM incidents GROUP BY year',
  ],
  [
    'Cumulative number of events per month',
    "SELECT date_trunc('month', event_date) AS m, SUM(COUNT(*)) OVER (ORDER BY date_trunc('month', event_date)) AS cumulative FROM incidents GROUP BY m",
  ],
  ['Change against the previous year', 'SELECT year, COUNT(*) - LAG(COUNT(*)) OVER (ORDER BY year) AS change FROM incidents GROUP BY year'],
  ['First and last date in the table', 'SELECT MIN(event_date), MAX(event_date) FROM incidents'],
  [
    'Events in the first quarter of 2021 per week',
    "SELECT date_trunc('week', event_date) AS week, COUNT(*) AS n FROM incidents WHERE event_date BETWEEN DATE '2021-01-01' AND DATE '2021-03-31' GROUP BY week ORDER BY week",
  ],
  [
    'Broad sectors',
    "SELECT CASE WHEN naics2 IN ('31', '32', '33') THEN 'manufacturing' WHEN naics2 = '92' THEN 'public' WHEN naics2 = '62' THEN 'health' WHEN naics2 = '52' THEN 'finance' ELSE 'other' END AS broad, COUNT(*) AS n FROM incidents GROUP BY broad ORDER BY n DESC",
  ],
  ['Sabotage per sector', "SELECT sector, COUNT(*) AS n FROM incidents WHERE motive = 'Sabotage' GROUP BY sector"],
  [
    'Busiest sector-years',
    'SELECT sector, year, COUNT(*) AS n FROM incidents WHERE year >= 2015 GROUP BY sector, year ORDER BY n DESC LIMIT 10',
  ],
  ['Summer months compared', 'SELECT month, COUNT(*) AS n FROM incidents WHERE month BETWEEN 6 AND 8 GROUP BY month'],
  [
    'Mixed events in the years that had more than a hundred',
    "SELECT year, COUNT(*) AS n FROM incidents WHERE event_type = 'Mixed' AND year IS NOT NULL GROUP BY year HAVING COUNT(*) > 100",
  ],
  [
    'Utilities and transport as vital sectors',
    "SELECT year, COUNT(*) FILTER (WHERE sector IN ('Utilities', 'Transportation and Warehousing')) AS vital, COUNT(*) AS n FROM incidents WHERE year IS NOT NULL GROUP BY year ORDER BY year",
  ],
  ['Sectors as a short name', "SELECT split_part(sector, ',', 1) AS short, COUNT(*) AS n FROM incidents GROUP BY short ORDER BY n DESC"],
  [
    'Recent events through a filtering table expression',
    "WITH recent AS (SELECT * FROM incidents WHERE event_date >= DATE '2020-01-01') SELECT motive, event_type, COUNT(*) AS n FROM recent GROUP BY motive, event_type HAVING COUNT(*) >= 20 ORDER BY n DESC",
  ],
  [
    'European victims by motive',
    "SELECT motive, COUNT(*) AS n FROM incidents WHERE country IN ('Germany', 'France', 'Italy', 'Spain', 'Netherlands', 'Belgium', 'Poland', 'Sweden') GROUP BY motive ORDER BY n DESC",
  ],
  ['Event subtypes that contain several parts', "SELECT COUNT(*) AS several FROM incidents WHERE event_subtype_all LIKE '%;%'"],
  [
    'Names of universities that were hit',
    "SELECT COUNT(*) AS n FROM incidents WHERE organisation ILIKE '%university%' OR organisation ILIKE '%college%'",
  ],
  [
    'Total, dated, undated, attributed in one line',
    "SELECT COUNT(*) AS n, COUNT(event_date) AS dated, COUNT(*) FILTER (WHERE actor <> 'Undetermined') AS attributed, COUNT(*) FILTER (WHERE motive = 'Financial') AS financial FROM incidents",
  ],
]);
