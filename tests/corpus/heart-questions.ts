/** Questions over patients with suspected heart disease in four hospitals (table `patients`, UCI heart disease). */
import { numbered } from './question.ts';

export const heartQuestions = numbered('heart', [
  ['How many patients?', 'SELECT COUNT(*) AS patients FROM patients'],
  ['How many have the disease?', 'SELECT disease, COUNT(*) AS n FROM patients GROUP BY disease'],
  ['Prevalence by sex', 'SELECT sex, AVG(disease) AS prevalence, COUNT(*) AS n FROM patients GROUP BY sex'],
  [
    'Mean age of patients with and without disease',
    'SELECT disease, AVG(age) AS mean_age, STDDEV_SAMP(age) AS sd_age FROM patients GROUP BY disease',
  ],
  [
    'Cholesterol with the zeros left out',
    'SELECT disease, AVG(chol) AS mean_chol, COUNT(chol) AS n FROM patients WHERE chol > 0 GROUP BY disease',
  ],
  ['Cholesterol with zero read as missing', 'SELECT sex, AVG(NULLIF(chol, 0)) AS chol FROM patients GROUP BY sex'],
  [
    'How many cholesterol values are missing or zero?',
    'SELECT COUNT(*) FILTER (WHERE chol IS NULL) AS missing, COUNT(*) FILTER (WHERE chol = 0) AS zero, COUNT(*) AS n FROM patients',
  ],
  [
    'Disease by age class of ten years',
    'SELECT (age // 10) * 10 AS age_class, COUNT(*) AS n, AVG(disease) AS prevalence FROM patients GROUP BY age_class ORDER BY age_class',
  ],
  [
    'Disease by clinical age bands',
    "SELECT CASE WHEN age < 45 THEN 'under 45' WHEN age < 55 THEN '45-54' WHEN age < 65 THEN '55-64' ELSE '65 and over' END AS band, COUNT(*) AS n, SUM(disease) AS ill FROM patients GROUP BY band ORDER BY band",
  ],
  ['Chest pain type against severity', 'SELECT cp, num, COUNT(*) AS n FROM patients GROUP BY cp, num ORDER BY cp, num'],
  [
    'Prevalence by type of chest pain',
    'SELECT cp, COUNT(*) AS n, 100.0 * SUM(disease) / COUNT(*) AS pct FROM patients GROUP BY cp ORDER BY pct DESC',
  ],
  ['Mean maximum heart rate by disease and sex', 'SELECT disease, sex, AVG(thalach) AS rate FROM patients GROUP BY disease, sex'],
  [
    'Blood pressure: mean and spread',
    'SELECT AVG(trestbps) AS mean, STDDEV(trestbps) AS sd, VARIANCE(trestbps) AS var FROM patients WHERE trestbps > 0',
  ],
  [
    'Hypertensive patients and disease',
    'SELECT trestbps >= 140 AS hypertensive, COUNT(*) AS n, AVG(disease) AS prevalence FROM patients WHERE trestbps IS NOT NULL GROUP BY hypertensive',
  ],
  ['Exercise angina and disease', 'SELECT exang, disease, COUNT(*) AS n FROM patients WHERE exang IS NOT NULL GROUP BY exang, disease'],
  ['Table with margins of sex and disease', 'SELECT sex, disease, COUNT(*) AS n FROM patients GROUP BY CUBE (sex, disease)'],
  [
    'Patients per sex and disease with totals per sex',
    'SELECT sex, disease, COUNT(*) AS n FROM patients GROUP BY ROLLUP (sex, disease) ORDER BY sex, disease',
  ],
  ['Median age', 'SELECT MEDIAN(age) FROM patients'],
  ['Quartiles of the maximum heart rate', 'SELECT quantile_cont(thalach, [0.25, 0.5, 0.75]) FROM patients'],
  ['Correlation of age and maximum heart rate', 'SELECT CORR(age, thalach) FROM patients'],
  [
    'Correlation computed from moments',
    'SELECT COUNT(*) AS n, SUM(age) AS sx, SUM(thalach) AS sy, SUM(age * thalach) AS sxy, SUM(age * age) AS sxx, SUM(thalach * thalach) AS syy FROM patients WHERE age IS NOT NULL AND thalach IS NOT NULL',
  ],
  ['ST depression by severity', 'SELECT num, AVG(oldpeak) AS oldpeak, STDDEV_POP(oldpeak) AS sd FROM patients GROUP BY num ORDER BY num'],
  ['Women over sixty', 'SELECT COUNT(*) AS n, AVG(disease) AS prevalence FROM patients WHERE sex = 0 AND age > 60'],
  ['Fasting blood sugar and disease', 'SELECT fbs, COUNT(*) AS n, SUM(disease) AS ill FROM patients GROUP BY fbs'],
  [
    'How complete is each field?',
    'SELECT COUNT(ca) AS ca, COUNT(thal) AS thal, COUNT(slope) AS slope, COUNT(fbs) AS fbs, COUNT(*) AS n FROM patients',
  ],
  [
    'Completeness as percentages',
    'SELECT ROUND(100.0 * COUNT(ca) / COUNT(*), 1) AS ca_pct, ROUND(100.0 * COUNT(thal) / COUNT(*), 1) AS thal_pct FROM patients',
  ],
  [
    'Relative risk of men and women',
    'SELECT AVG(disease) FILTER (WHERE sex = 1) / AVG(disease) FILTER (WHERE sex = 0) AS relative_risk FROM patients',
  ],
  [
    'Odds of disease with and without exercise angina',
    'SELECT exang, SUM(disease) * 1.0 / SUM(1 - disease) AS odds FROM patients WHERE exang IN (0, 1) GROUP BY exang',
  ],
  ['Resting ECG classes', 'SELECT restecg, COUNT(*) AS n, AVG(disease) AS prevalence FROM patients GROUP BY restecg HAVING COUNT(*) >= 20'],
  [
    'Predicted maximum heart rate reached',
    'SELECT disease, AVG(thalach * 100.0 / (220 - age)) AS pct_of_predicted FROM patients WHERE thalach IS NOT NULL GROUP BY disease',
  ],
  [
    'A simple risk score',
    'SELECT (CASE WHEN age >= 55 THEN 1 ELSE 0 END) + (CASE WHEN chol >= 240 THEN 1 ELSE 0 END) + (CASE WHEN trestbps >= 140 THEN 1 ELSE 0 END) AS score, COUNT(*) AS n, AVG(disease) AS prevalence FROM patients GROUP BY score ORDER BY score',
  ],
  [
    'Vessels coloured',
    "SELECT COALESCE(CAST(ca AS VARCHAR), 'unknown') AS vessels, COUNT(*) AS n FROM patients GROUP BY vessels ORDER BY vessels",
  ],
  [
    'Thallium test against disease',
    "SELECT CASE thal WHEN 3 THEN 'normal' WHEN 6 THEN 'fixed defect' WHEN 7 THEN 'reversible defect' ELSE 'unknown' END AS thallium, COUNT(*) AS n, SUM(disease) AS ill FROM patients GROUP BY thallium",
  ],
  ['Oldest and youngest patient', 'SELECT MIN(age) AS youngest, MAX(age) AS oldest FROM patients'],
  ['Severe disease by sex', 'SELECT sex, COUNT(*) FILTER (WHERE num >= 3) AS severe, COUNT(*) AS n FROM patients GROUP BY sex'],
  ['Severity distribution', 'SELECT num, COUNT(*) AS n FROM patients GROUP BY num ORDER BY num'],
  [
    'Women and men per age band, only groups above fifteen',
    'SELECT sex, age // 10 AS decade, COUNT(*) AS n FROM patients GROUP BY sex, decade HAVING COUNT(*) > 15 ORDER BY sex, decade',
  ],
  [
    'Mean arterial load by slope',
    'SELECT slope, AVG(oldpeak) AS oldpeak, AVG(trestbps) AS pressure FROM patients WHERE slope IS NOT NULL GROUP BY slope',
  ],
  [
    'Patients with complete data',
    'SELECT disease, COUNT(*) AS n FROM patients WHERE ca IS NOT NULL AND thal IS NOT NULL AND slope IS NOT NULL GROUP BY disease',
  ],
  [
    'Cholesterol classes',
    "SELECT CASE WHEN chol IS NULL OR chol = 0 THEN 'unknown' WHEN chol < 200 THEN 'desirable' WHEN chol < 240 THEN 'borderline' ELSE 'high' END AS class, COUNT(*) AS n, AVG(disease) AS prevalence FROM patients GROUP BY class ORDER BY n DESC",
  ],
  ['Age difference from sixty, squared', 'SELECT disease, AVG((age - 60) * (age - 60)) AS msd FROM patients GROUP BY disease'],
  [
    'Typical angina among the ill',
    'SELECT COUNT(*) FILTER (WHERE cp = 1 AND disease = 1) AS typical, COUNT(*) FILTER (WHERE disease = 1) AS ill FROM patients',
  ],
  ['Asymptomatic yet ill', 'SELECT sex, COUNT(*) AS n FROM patients WHERE cp = 4 AND disease = 1 GROUP BY sex'],
  [
    'Heart rate rounded to tens',
    'SELECT ROUND(thalach, -1) AS rate, COUNT(*) AS n FROM patients WHERE thalach IS NOT NULL GROUP BY rate ORDER BY rate',
  ],
  ['Pooled variance of age between ill and healthy', 'SELECT disease, VAR_SAMP(age) AS s2, COUNT(age) AS n FROM patients GROUP BY disease'],
]);
