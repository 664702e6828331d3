/** Limits of a day, and rounds of a month, begin anew at midnight (UTC): a test of them must not run across it. */

const DAY_MS = 86_400_000;

/** Waits until midnight is past, if it is nearer than a test takes. */
export async function notAcrossMidnight(takesMs = 180_000): Promise<void> {
  const left = DAY_MS - (Date.now() % DAY_MS);
  if (left > takesMs) return;
  console.log(`waiting ${Math.ceil(left / 1000)} s for midnight to pass`);
  await new Promise((resolve) => setTimeout(resolve, left + 1_000));
}
