/** `sluis contribute list` and `sluis contribute withdraw` */
import { InvalidError } from '@sluis/base';
import type { DepositList, DepositView } from '@sluis/model';
import { readTokenFile } from '@sluis/sdk/contribute';
import { type Contributing, type ContributorOptions, withContributor, withToken } from '../contributing.ts';
import { text } from '../messages/index.ts';
import { renderGrid } from '../output/grid.ts';
import { painted, print, printJson } from '../output/streams.ts';
import { readPrivateText } from '../private-text.ts';

interface OwnOptions extends ContributorOptions {
  /** Token file of an anonymous deposit. */
  readonly anonymous?: string;
}

/** As who deposited: under a name, or with a token. */
function asDepositor<T>(options: OwnOptions, use: (all: Contributing) => Promise<T>): Promise<T> {
  return options.anonymous === undefined
    ? withContributor(options, use)
    : withToken(readTokenFile(readPrivateText(options.anonymous)), options, use);
}

export async function contributeList(options: OwnOptions): Promise<void> {
  const list = await asDepositor(options, ({ client, contributor, agreement }) => client.list(contributor, agreement.collaboration));
  const deposits = together(list);
  if (options.json === true) return printJson({ deposits });
  if (deposits.length === 0) return print(text.contributeNone);
  const rows = deposits.map((d) => [d.deposit.slice(0, 12), d.table, String(d.rows), d.state, d.since.slice(0, 16).replace('T', ' ')]);
  print(renderGrid(text.contributeHeadings, rows, painted.out));
}

export async function contributeWithdraw(given: string, options: OwnOptions): Promise<void> {
  await asDepositor(options, async ({ client, contributor, agreement }) => {
    const all = together(await client.list(contributor, agreement.collaboration));
    const matching = all.filter((d) => given.length >= 4 && d.deposit.startsWith(given));
    const [only] = matching;
    if (only === undefined || matching.length > 1)
      throw new InvalidError(matching.length === 0 ? 'deposit/unknown' : 'deposit/ambiguous', {
        stage: 'usage',
        message: matching.length === 0 ? `You have no deposit "${given}".` : `Several deposits begin with "${given}".`,
        remedy: 'List them with: sluis contribute list',
      });
    const { parties } = await client.withdraw(contributor, agreement.collaboration, only.deposit);
    if (options.json === true)
      return printJson({ deposit: only.deposit, parties: parties.map((p) => ({ organisation: p.organisation, state: p.deposit.state })) });
    print(text.contributeWithdrawn(only.deposit));
  });
}

/** One line a deposit: what all compute parties say of it, or how they differ. */
function together(list: DepositList): { deposit: string; table: string; rows: number; state: string; since: string; parties: object }[] {
  const found = new Map<string, Map<string, DepositView>>();
  for (const { organisation, deposits } of list.parties) {
    for (const d of deposits) found.set(d.batch, (found.get(d.batch) ?? new Map()).set(organisation, d));
  }
  return [...found].map(([deposit, views]) => {
    const states = list.parties.map(({ organisation }) => {
      const view = views.get(organisation);
      if (view === undefined) return '–';
      const why = view.reason ?? (view.successor === null ? null : text.contributeUntil(view.successor));
      return why === null ? view.state : `${view.state}: ${why}`;
    });
    const [first] = views.values();
    return {
      deposit,
      table: first?.table ?? '',
      rows: first?.rows ?? 0,
      state: states.every((s) => s === states[0]) ? (states[0] ?? '') : text.contributeDiffers(states.join(', ')),
      since: first?.at ?? '',
      parties: Object.fromEntries(list.parties.map(({ organisation }, i) => [organisation, states[i]])),
    };
  });
}
