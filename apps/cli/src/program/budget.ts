/** `sluis budget show`, `sluis budget price`. */
import type { Command } from 'commander';
import { asOption, collect, examples, jsonOption, list, stationOptions } from './options.ts';

export function addBudgetCommands(program: Command): void {
  const budget = program.command('budget').description('privacy budgets: what is spent, and what questions would cost');
  const common = (command: Command) =>
    jsonOption(stationOptions(command)).option('--collaboration <name>', 'which collaboration, if there are several');
  examples(
    common(budget.command('show'))
      .description('what was spent of every table, by whom and for what, and what is left')
      .action(async (options) => (await import('../commands/budget-show.ts')).showBudget(options)),
    ['sluis budget show --home /srv/sluis', 'sluis budget show --station https://north.example:4400 --json'],
  );
  examples(
    asOption(common(budget.command('price')))
      .description('what questions would cost alone and together, and what would be left; nothing is asked or charged')
      .argument('[sql...]', 'the questions, each with its WITH NOISE; or give --template')
      .option('--template <name>', 'a question that the agreement has pre-approved (repeat)', collect)
      .option('--receivers <names>', 'who would get the results (default: all receivers of the agreement)', list)
      .action(async (sql, options) => (await import('../commands/budget-price.ts')).priceOf(sql, options)),
    [
      'sluis budget price "SELECT sector, count(*) AS n FROM incidents GROUP BY sector WITH NOISE (epsilon = 0.5)" --home /srv/sluis',
      'sluis budget price "SELECT count(*) AS n FROM incidents WITH NOISE (epsilon = 0.1)" --template per-sector --json',
    ],
  );
}
