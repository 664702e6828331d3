/** The list of a person's deposits, each with a button to take it out. */
import { at, created, say } from './page-document.ts';
import type { PageTexts } from './texts.ts';
import type { ListedDeposit } from './worker-messages.ts';

export function showDeposits(texts: PageTexts, deposits: readonly ListedDeposit[], withdraw: (batch: string) => void): void {
  at('mine').hidden = deposits.length === 0;
  at('deposits').replaceChildren();
  for (const { batch, table, rows, states } of deposits) {
    const item = created('li');
    item.textContent = `${batch.slice(0, 12)} · ${table} · ${say(texts.rows, rows)} · ${stateText(texts, states)} `;
    if (states.some((s) => s === 'accepted' || s === 'uploading')) {
      const button = created('button');
      button.textContent = texts.withdraw;
      button.addEventListener('click', () => {
        button.disabled = true;
        withdraw(batch);
      });
      item.append(button);
    }
    at('deposits').append(item);
  }
}

/** One state where all compute parties say the same. */
function stateText(texts: PageTexts, states: ListedDeposit['states']): string {
  const said = [...new Set(states)].map((s) => (s === null ? '–' : texts[s === 'uploading' ? 'unfinished' : s]));
  return said.length === 1 ? (said[0] ?? '') : `${texts.differs}: ${said.join(', ')}`;
}
