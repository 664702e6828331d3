/** Questions over cyber incidents in the VERIS vocabulary, one row per incident (table `incidents`, nine sectors). */
import { numbered } from './question.ts';

export const verisQuestions = numbered('veris', [
  ['How many incidents are there in all?', 'SELECT COUNT(*) AS n FROM incidents'],
  ['How many incidents per sector?', 'SELECT sector, COUNT(*) AS n FROM incidents GROUP BY sector ORDER BY n DESC'],
  ['How many incidents per kind of action?', 'SELECT action, COUNT(*) AS n FROM incidents GROUP BY action'],
  ['Who is behind them?', 'SELECT actor, count(*) FROM incidents GROUP BY actor'],
  [
    'How many incidents per year since 2010?',
    'SELECT year, COUNT(*) AS incidents FROM incidents WHERE year >= 2010 GROUP BY year ORDER BY year',
  ],
  [
    'Actions by actor, as a two-way table',
    'SELECT actor, action, COUNT(*) AS n FROM incidents GROUP BY actor, action ORDER BY actor, n DESC',
  ],
  [
    'What share of incidents per sector was done by insiders?',
    "SELECT sector, 100.0 * COUNT(*) FILTER (WHERE actor = 'Internal') / COUNT(*) AS pct_internal FROM incidents GROUP BY sector ORDER BY pct_internal DESC",
  ],
  ['Average number of records lost per incident, by action', 'SELECT action, AVG(records) AS avg_records FROM incidents GROUP BY action'],
  ['Total records lost per sector', 'SELECT sector, SUM(records) AS records FROM incidents GROUP BY sector ORDER BY records DESC'],
  ['Top five sectors by incidents', 'SELECT sector, COUNT(*) AS n FROM incidents GROUP BY sector ORDER BY n DESC LIMIT 5'],
  ['Sectors with at least fifty incidents', 'SELECT sector, COUNT(*) AS n FROM incidents GROUP BY sector HAVING COUNT(*) >= 50'],
  ['Hacking incidents per asset', "SELECT asset, COUNT(*) AS n FROM incidents WHERE action = 'Hacking' GROUP BY asset ORDER BY n DESC"],
  [
    'How long does discovery take, per actor?',
    'SELECT actor, AVG(discovery_days) AS days, COUNT(discovery_days) AS known FROM incidents GROUP BY actor',
  ],
  [
    'Standard deviation of discovery time per actor',
    'SELECT actor, AVG(discovery_days), STDDEV(discovery_days) FROM incidents GROUP BY actor',
  ],
  ['Median discovery time per sector', 'SELECT sector, MEDIAN(discovery_days) FROM incidents GROUP BY sector'],
  ['Incidents by size of the organisation', 'SELECT employee_count, COUNT(*) AS n FROM incidents GROUP BY employee_count ORDER BY n DESC'],
  [
    'Large versus small organisations',
    "SELECT CASE WHEN employee_count IN ('10001 to 25000', '25001 to 50000', '50001 to 100000', 'Over 100000') THEN 'large' WHEN employee_count IN ('Unknown') THEN 'unknown' ELSE 'small' END AS size, COUNT(*) AS n, AVG(records) AS avg_records FROM incidents GROUP BY 1",
  ],
  [
    'Records lost in classes',
    "SELECT CASE WHEN records IS NULL THEN 'unknown' WHEN records < 100 THEN '<100' WHEN records < 10000 THEN '100-10k' WHEN records < 1000000 THEN '10k-1M' ELSE '>1M' END AS class, COUNT(*) AS n FROM incidents GROUP BY class",
  ],
  [
    'How often is the number of records unknown, per sector?',
    'SELECT sector, COUNT(*) AS n, COUNT(records) AS known, COUNT(*) - COUNT(records) AS unknown FROM incidents GROUP BY sector',
  ],
  ['Was data disclosed?', 'SELECT data_disclosure, COUNT(*) FROM incidents GROUP BY data_disclosure'],
  [
    'Confirmed disclosures per action, as a percentage',
    "SELECT action, ROUND(100.0 * SUM(CASE WHEN data_disclosure = 'Yes' THEN 1 ELSE 0 END) / COUNT(*), 1) AS pct FROM incidents GROUP BY action",
  ],
  [
    'Incidents in the United States by state, at least ten',
    "SELECT state, COUNT(*) AS n FROM incidents WHERE country = 'US' GROUP BY state HAVING COUNT(*) >= 10 ORDER BY n DESC",
  ],
  [
    'Incidents outside the United States',
    "SELECT country, COUNT(*) AS n FROM incidents WHERE country <> 'US' GROUP BY country ORDER BY n DESC LIMIT 10",
  ],
  [
    'Incidents that involved more than one action',
    "SELECT sector, COUNT(*) AS n FROM incidents WHERE action_all LIKE '%;%' GROUP BY sector",
  ],
  [
    'Incidents where malware played a part, whatever the main action',
    "SELECT COUNT(*) AS n FROM incidents WHERE action_all LIKE '%Malware%'",
  ],
  [
    'How many flags of each action occur in all',
    "SELECT SUM(CASE WHEN action_all LIKE '%Hacking%' THEN 1 ELSE 0 END) AS hacking, SUM(CASE WHEN action_all LIKE '%Malware%' THEN 1 ELSE 0 END) AS malware, SUM(CASE WHEN action_all LIKE '%Social%' THEN 1 ELSE 0 END) AS social FROM incidents",
  ],
  [
    'Medical data by sector',
    "SELECT sector, COUNT(*) AS n FROM incidents WHERE contains(data_variety, 'Medical') GROUP BY sector ORDER BY 2 DESC",
  ],
  ['How was the incident discovered?', 'SELECT discovery_method, COUNT(*) AS n FROM incidents GROUP BY discovery_method ORDER BY n DESC'],
  [
    'Discovered by the organisation itself or by others?',
    "SELECT CASE WHEN discovery_method LIKE 'Int%' THEN 'internal' WHEN discovery_method LIKE 'Ext%' THEN 'external' ELSE 'other' END AS found_by, COUNT(*) AS n, AVG(discovery_days) AS days FROM incidents GROUP BY found_by ORDER BY n DESC",
  ],
  [
    'Patterns per sector',
    'SELECT sector, pattern, COUNT(*) AS n FROM incidents GROUP BY sector, pattern HAVING COUNT(*) > 5 ORDER BY sector, n DESC',
  ],
  ['Pattern counts', 'SELECT pattern, COUNT(*) AS n FROM incidents GROUP BY pattern ORDER BY n DESC'],
  [
    'Patterns with their share of all incidents',
    'SELECT pattern, COUNT(*) * 100.0 / SUM(COUNT(*)) OVER () AS pct FROM incidents GROUP BY pattern',
  ],
  [
    'Incidents and records per year and action from 2010',
    'SELECT year, action, COUNT(*) AS n, SUM(records) AS records FROM incidents WHERE year BETWEEN 2010 AND 2014 GROUP BY year, action ORDER BY year, action',
  ],
  [
    'Seasonality: incidents per calendar month',
    'SELECT month, COUNT(*) AS n FROM incidents WHERE month IS NOT NULL GROUP BY month ORDER BY month',
  ],
  [
    'Incidents per quarter of 2013',
    'SELECT (month - 1) // 3 + 1 AS quarter, COUNT(*) AS n FROM incidents WHERE year = 2013 AND month IS NOT NULL GROUP BY quarter ORDER BY quarter',
  ],
  [
    'Sectors with subtotals per actor',
    'SELECT sector, actor, COUNT(*) AS n FROM incidents GROUP BY ROLLUP (sector, actor) ORDER BY sector NULLS LAST, actor NULLS LAST',
  ],
  [
    'Totals per sector and per action and overall in one table',
    'SELECT sector, action, COUNT(*) AS n FROM incidents GROUP BY GROUPING SETS ((sector), (action), ())',
  ],
  ['Cube over actor and attribute', 'SELECT actor, attribute, COUNT(*) AS n FROM incidents GROUP BY CUBE (actor, attribute)'],
  [
    'How many different organisations reported, per sector?',
    'SELECT sector, COUNT(DISTINCT organisation_id) AS organisations FROM incidents GROUP BY sector',
  ],
  ['Largest loss per sector', 'SELECT sector, MAX(records) AS largest FROM incidents GROUP BY sector'],
  [
    'First and last year of reports per sector',
    'SELECT sector, MIN(year) AS first_year, MAX(year) AS last_year FROM incidents GROUP BY sector',
  ],
  [
    'Motives of external actors',
    "SELECT actor_motive, COUNT(*) AS n FROM incidents WHERE actor = 'External' GROUP BY actor_motive ORDER BY n DESC",
  ],
  [
    'Financial and ideological motives compared per year',
    "SELECT year, COUNT(*) FILTER (WHERE actor_motive = 'Financial') AS financial, COUNT(*) FILTER (WHERE actor_motive = 'Ideology') AS ideology FROM incidents WHERE year >= 2010 GROUP BY year ORDER BY year",
  ],
  ['Confidentiality, integrity or availability?', 'SELECT attribute, COUNT(*) AS n FROM incidents GROUP BY attribute'],
  [
    'Incidents that hit availability in any way, per sector',
    "SELECT sector, COUNT(*) FILTER (WHERE attribute_all LIKE '%Availability%') AS availability, COUNT(*) AS n FROM incidents GROUP BY sector ORDER BY availability DESC",
  ],
  [
    'Stolen or lost devices in healthcare',
    "SELECT asset, COUNT(*) AS n FROM incidents WHERE sector = 'Healthcare' AND action = 'Physical' GROUP BY asset",
  ],
  [
    'Healthcare against all the rest',
    "SELECT CASE WHEN sector = 'Healthcare' THEN 'healthcare' ELSE 'other' END AS s, COUNT(*) AS n, AVG(records) AS avg_records, STDDEV_SAMP(records) AS sd FROM incidents GROUP BY s",
  ],
  [
    'Incidents found within a month',
    'SELECT sector, AVG(CASE WHEN discovery_days <= 30 THEN 1.0 ELSE 0.0 END) AS within_month FROM incidents WHERE discovery_days IS NOT NULL GROUP BY sector',
  ],
  [
    'Average loss without the very large ones',
    'SELECT action, AVG(LEAST(records, 100000)) AS capped FROM incidents WHERE records IS NOT NULL GROUP BY action ORDER BY capped DESC',
  ],
  ['Logarithmic average of losses', 'SELECT sector, AVG(LN(records)) AS log_records FROM incidents WHERE records > 0 GROUP BY sector'],
  [
    'Actions with a missing-aware label',
    "SELECT COALESCE(state, 'unknown') AS st, COUNT(*) AS n FROM incidents GROUP BY st ORDER BY n DESC LIMIT 10",
  ],
  [
    'Errors by variety',
    "SELECT action_variety, COUNT(*) AS n FROM incidents WHERE action = 'Error' GROUP BY action_variety ORDER BY n DESC",
  ],
  [
    'Which assets are lost most to insiders?',
    "SELECT asset_variety, COUNT(*) AS n FROM incidents WHERE actor IN ('Internal', 'Partner') GROUP BY asset_variety ORDER BY n DESC LIMIT 10",
  ],
  ['Incidents per decade', 'SELECT (year // 10) * 10 AS decade, COUNT(*) AS n FROM incidents GROUP BY decade ORDER BY decade'],
  [
    'Local preparation: severe incidents by sector',
    "WITH severe AS (SELECT sector, records FROM incidents WHERE records >= 10000 OR data_disclosure = 'Yes') SELECT sector, COUNT(*) AS n, SUM(records) AS records FROM severe GROUP BY sector ORDER BY n DESC",
  ],
  [
    'Average number of incidents per organisation',
    'SELECT AVG(n) AS incidents_per_organisation FROM (SELECT organisation_id, COUNT(*) AS n FROM incidents GROUP BY organisation_id) AS per_organisation',
  ],
  ['Organisations with repeated incidents', 'SELECT organisation, COUNT(*) AS n FROM incidents GROUP BY organisation HAVING COUNT(*) >= 5'],
  [
    'Rank of actions within each sector',
    'SELECT sector, action, COUNT(*) AS n, RANK() OVER (PARTITION BY sector ORDER BY COUNT(*) DESC) AS place FROM incidents GROUP BY sector, action',
  ],
  ['Ninetieth percentile of records lost', 'SELECT quantile_cont(records, 0.9) FROM incidents'],
  [
    'Mean records and its standard error per action',
    'SELECT action, AVG(records) AS mean, STDDEV_SAMP(records) / SQRT(COUNT(records)) AS se FROM incidents GROUP BY action HAVING COUNT(records) >= 10',
  ],
]);
