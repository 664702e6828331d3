/** Questions over weekly wages in four regions (table `salaries`, Current Population Survey 1988). */
import { numbered } from './question.ts';

export const salaryQuestions = numbered('salaries', [
  ['How many people are in the survey?', 'SELECT COUNT(*) AS n FROM salaries'],
  ['Mean weekly wage', 'SELECT AVG(weekly_wage_usd) AS mean_wage FROM salaries'],
  ['Mean wage by ethnicity', 'SELECT ethnicity, AVG(weekly_wage_usd) AS mean_wage, COUNT(*) AS n FROM salaries GROUP BY ethnicity'],
  [
    'Wage gap in one number',
    "SELECT AVG(weekly_wage_usd) FILTER (WHERE ethnicity = 'afam') / AVG(weekly_wage_usd) FILTER (WHERE ethnicity = 'cauc') AS ratio FROM salaries",
  ],
  [
    'Mean wage by years of education',
    'SELECT education, AVG(weekly_wage_usd) AS mean_wage, COUNT(*) AS n FROM salaries GROUP BY education ORDER BY education',
  ],
  [
    'Mean wage by level of education',
    "SELECT CASE WHEN education < 12 THEN 'no high school' WHEN education = 12 THEN 'high school' WHEN education < 16 THEN 'some college' ELSE 'college' END AS level, AVG(weekly_wage_usd) AS mean_wage, STDDEV_SAMP(weekly_wage_usd) AS sd, COUNT(*) AS n FROM salaries GROUP BY level ORDER BY mean_wage",
  ],
  [
    'Wage profile over experience, in steps of five years',
    'SELECT (experience // 5) * 5 AS years, AVG(weekly_wage_usd) AS mean_wage FROM salaries GROUP BY years ORDER BY years',
  ],
  ['City or country', 'SELECT smsa, AVG(weekly_wage_usd) AS mean_wage FROM salaries GROUP BY smsa'],
  [
    'Part-time share by ethnicity',
    "SELECT ethnicity, AVG(CASE WHEN parttime = 'yes' THEN 1.0 ELSE 0.0 END) AS parttime_share FROM salaries GROUP BY ethnicity",
  ],
  [
    'Full-time workers only, by city and ethnicity',
    "SELECT smsa, ethnicity, AVG(weekly_wage_usd) AS mean_wage, COUNT(*) AS n FROM salaries WHERE parttime = 'no' GROUP BY smsa, ethnicity ORDER BY smsa, ethnicity",
  ],
  ['Wage bill in all', 'SELECT SUM(weekly_wage_usd) AS total FROM salaries'],
  ['Wage bill capped at 2000 a person', 'SELECT SUM(LEAST(weekly_wage_usd, 2000)) AS capped FROM salaries'],
  [
    'Wage classes',
    "SELECT CASE WHEN weekly_wage_usd < 250 THEN 'a <250' WHEN weekly_wage_usd < 500 THEN 'b 250-500' WHEN weekly_wage_usd < 1000 THEN 'c 500-1000' ELSE 'd 1000+' END AS class, COUNT(*) AS n FROM salaries GROUP BY class ORDER BY class",
  ],
  [
    'Histogram of wages in steps of 200',
    'SELECT FLOOR(weekly_wage_usd / 200) * 200 AS bin, COUNT(*) AS n FROM salaries GROUP BY bin ORDER BY bin',
  ],
  ['Median wage', 'SELECT MEDIAN(weekly_wage_usd) FROM salaries'],
  [
    'Wage deciles by ethnicity',
    'SELECT ethnicity, quantile_cont(weekly_wage_usd, 0.1) AS p10, quantile_cont(weekly_wage_usd, 0.9) AS p90 FROM salaries GROUP BY ethnicity',
  ],
  ['Highest wage', 'SELECT MAX(weekly_wage_usd) FROM salaries'],
  [
    'Mean of the logarithm of wages',
    'SELECT education, AVG(LN(weekly_wage_usd)) AS log_wage FROM salaries GROUP BY education ORDER BY education',
  ],
  ['Standard deviation of log wages by city', 'SELECT smsa, STDDEV_SAMP(LN(weekly_wage_usd)) AS sd FROM salaries GROUP BY smsa'],
  [
    'Moments for a regression of log wage on education',
    'SELECT COUNT(*) AS n, SUM(education) AS sx, SUM(LN(weekly_wage_usd)) AS sy, SUM(education * education) AS sxx, SUM(education * LN(weekly_wage_usd)) AS sxy FROM salaries',
  ],
  ['Regression slope', 'SELECT REGR_SLOPE(weekly_wage_usd, education) FROM salaries'],
  [
    'Slope from moments',
    'SELECT (COUNT(*) * SUM(education * weekly_wage_usd) - SUM(education) * SUM(weekly_wage_usd)) / (COUNT(*) * SUM(education * education) - SUM(education) * SUM(education)) AS slope FROM salaries',
  ],
  [
    'Low-wage workers per level of education',
    'SELECT education, COUNT(*) FILTER (WHERE weekly_wage_usd < 200) AS low, COUNT(*) AS n FROM salaries GROUP BY education HAVING COUNT(*) >= 100 ORDER BY education',
  ],
  [
    'Education levels with a mean above 700',
    'SELECT education, AVG(weekly_wage_usd) AS mean_wage FROM salaries GROUP BY education HAVING AVG(weekly_wage_usd) > 700 ORDER BY mean_wage DESC',
  ],
  [
    'Five best paid education levels with at least fifty people',
    'SELECT education, AVG(weekly_wage_usd) AS mean_wage FROM salaries GROUP BY education HAVING COUNT(*) >= 50 ORDER BY mean_wage DESC LIMIT 5',
  ],
  [
    'Ethnicity by city with totals',
    'SELECT ethnicity, smsa, COUNT(*) AS n, AVG(weekly_wage_usd) AS mean_wage FROM salaries GROUP BY ROLLUP (ethnicity, smsa)',
  ],
  [
    'All margins of city and part-time',
    'SELECT smsa, parttime, COUNT(*) AS n FROM salaries GROUP BY GROUPING SETS ((smsa, parttime), (smsa), (parttime), ())',
  ],
  [
    'Mark the totals in the table',
    "SELECT CASE WHEN GROUPING(ethnicity) = 1 THEN 'all' ELSE ethnicity END AS who, COUNT(*) AS n FROM salaries GROUP BY ROLLUP (ethnicity)",
  ],
  [
    'Coefficient of variation of wages',
    'SELECT ethnicity, STDDEV_SAMP(weekly_wage_usd) / AVG(weekly_wage_usd) AS cv FROM salaries GROUP BY ethnicity',
  ],
  ['Hourly wage assuming forty hours', "SELECT AVG(weekly_wage_usd / 40) AS hourly FROM salaries WHERE parttime = 'no'"],
  [
    'Share of college graduates',
    'SELECT smsa, 100.0 * COUNT(*) FILTER (WHERE education >= 16) / COUNT(*) AS college_pct FROM salaries GROUP BY smsa',
  ],
  [
    'Mean education and experience',
    'SELECT ethnicity, AVG(education) AS education, AVG(experience) AS experience FROM salaries GROUP BY ethnicity',
  ],
  ['Negative experience: how many records?', 'SELECT COUNT(*) AS n FROM salaries WHERE experience < 0'],
  [
    'People with 10 to 20 years of experience',
    'SELECT education, AVG(weekly_wage_usd) AS mean_wage FROM salaries WHERE experience BETWEEN 10 AND 20 GROUP BY education ORDER BY education',
  ],
  [
    'Estimated age bands',
    'SELECT ((education + experience + 6) // 10) * 10 AS age_band, COUNT(*) AS n, AVG(weekly_wage_usd) AS mean_wage FROM salaries GROUP BY age_band ORDER BY age_band',
  ],
  ['Workers above the overall mean', 'SELECT COUNT(*) FROM salaries WHERE weekly_wage_usd > (SELECT AVG(weekly_wage_usd) FROM salaries)'],
  ['Ten highest wages', 'SELECT weekly_wage_usd FROM salaries ORDER BY weekly_wage_usd DESC LIMIT 10'],
  [
    'Share of the wage bill by level of education',
    'SELECT education, 100 * SUM(weekly_wage_usd) / SUM(SUM(weekly_wage_usd)) OVER () AS pct FROM salaries GROUP BY education',
  ],
  ['Wages converted to euros', 'SELECT ethnicity, ROUND(AVG(weekly_wage_usd * 0.92), 2) AS mean_eur FROM salaries GROUP BY ethnicity'],
  [
    'Experienced part-timers with local preparation',
    "WITH part AS (SELECT education, experience, weekly_wage_usd AS wage FROM salaries WHERE parttime = 'yes'), old AS (SELECT * FROM part WHERE experience >= 20) SELECT education >= 12 AS schooled, COUNT(*) AS n, AVG(wage) AS mean_wage FROM old GROUP BY schooled",
  ],
  ['Variance of wages by part-time status', 'SELECT parttime, VAR_POP(weekly_wage_usd) AS variance FROM salaries GROUP BY parttime'],
  [
    'Standard error of the mean wage',
    'SELECT smsa, AVG(weekly_wage_usd) AS mean_wage, STDDEV_SAMP(weekly_wage_usd) / SQRT(COUNT(*)) AS se FROM salaries GROUP BY smsa',
  ],
  [
    'Wages by education and experience bands, large groups',
    "SELECT CASE WHEN education >= 16 THEN 'college' ELSE 'other' END AS level, CASE WHEN experience < 10 THEN '0-9' WHEN experience < 20 THEN '10-19' ELSE '20+' END AS exp, COUNT(*) AS n, AVG(weekly_wage_usd) AS mean_wage FROM salaries GROUP BY ALL HAVING COUNT(*) >= 30 ORDER BY ALL",
  ],
  ['Distinct education levels present', 'SELECT COUNT(DISTINCT education) FROM salaries'],
  [
    'Difference between city and country for the same education',
    "SELECT education, AVG(weekly_wage_usd) FILTER (WHERE smsa = 'yes') - AVG(weekly_wage_usd) FILTER (WHERE smsa = 'no') AS city_premium FROM salaries GROUP BY education ORDER BY education",
  ],
]);
