/** The contributor's page: picks files, shows what the worker does. Runs in a browser only. */
import { at, created, say } from './page-document.ts';
import { showDeposits } from './page-deposits.ts';
import type { PageTexts } from './texts.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

interface BrowserWorker {
  onmessage: ((event: { data: FromWorker }) => void) | null;
  postMessage(message: ToWorker): void;
}
declare const Worker: new (url: string) => BrowserWorker;

const texts = JSON.parse(at('texts').textContent ?? '{}') as PageTexts;
let tables: readonly { readonly name: string; readonly columns: readonly string[] }[] = [];
let identity: string | null = null;
let agreement: string | null = null;

const worker = new Worker('worker.js');
worker.onmessage = ({ data }) => {
  if (data.kind === 'identity') showIdentity(data.file, data.identity);
  else if (data.kind === 'agreement') showAgreement(data);
  else if (data.kind === 'list') showList(data.deposits);
  else if (data.kind === 'progress') showProgress(data.progress);
  else if (data.kind === 'done') showDone(data);
  // That the list could not be had says nothing about what was done before.
  else if (data.asked !== 'list') showFailure(data);
};

at('identity').addEventListener('change', () => {
  const file = at('identity').files?.[0];
  if (file === undefined) return;
  clear();
  void file.text().then((text) => {
    identity = text;
    // Nothing of another person's stays in view if this one's agreement is refused.
    agreement = null;
    at('agreed').hidden = true;
    at('deposit').hidden = true;
    at('mine').hidden = true;
    worker.postMessage({ kind: 'agreement', identity: text });
  });
});
at('table').addEventListener('change', showColumns);
at('deposit').addEventListener('submit', (event) => {
  event.preventDefault();
  const file = at('csv').files?.[0];
  if (file === undefined || identity === null || agreement === null) return;
  clear();
  at('send').disabled = true;
  worker.postMessage({
    kind: 'contribute',
    identity,
    agreement,
    table: at('table').value,
    file,
    replace: at('replace').checked,
    dropInvalid: at('drop').checked,
  });
});
at('make').addEventListener('submit', (event) => {
  event.preventDefault();
  clear();
  worker.postMessage({ kind: 'identity', name: at('name').value.trim() });
});

function showIdentity(file: string, key: string): void {
  const link = created('a');
  link.href = URL.createObjectURL(new Blob([file], { type: 'application/json' }));
  link.download = `${at('name').value.trim()}.identity.json`;
  link.click();
  at('made').textContent = `${at('name').value.trim()}: {identity: "${key}"}`;
}

function showAgreement(a: FromWorker & { kind: 'agreement' }): void {
  tables = a.tables;
  agreement = a.id;
  at('agreement-id').textContent = `${a.collaboration} · ${a.id}`;
  at('purpose').textContent = a.purpose;
  at('signers').textContent = a.signers.join(', ');
  at('committee').textContent = a.committee.join(', ');
  at('table').replaceChildren();
  for (const { name } of tables) {
    const option = created('option');
    option.value = name;
    option.textContent = name;
    at('table').append(option);
  }
  at('agreed').hidden = false;
  askList();
  at('deposit').hidden = tables.length === 0;
  if (tables.length === 0) at('result').textContent = texts.noTables;
  showColumns();
}

function showColumns(): void {
  const columns = tables.find((t) => t.name === at('table').value)?.columns ?? [];
  at('columns').textContent = say(texts.columns, '', columns.join(', '));
}

/** Asks what there is of this person. */
function askList(): void {
  if (identity !== null && agreement !== null) worker.postMessage({ kind: 'list', identity, agreement });
}

function showList(deposits: (FromWorker & { kind: 'list' })['deposits']): void {
  showDeposits(texts, deposits, (batch) => {
    clear();
    if (identity !== null && agreement !== null) worker.postMessage({ kind: 'withdraw', identity, agreement, batch });
  });
}

function showProgress({ phase, done, total }: (FromWorker & { kind: 'progress' })['progress']): void {
  const template = phase === 'reading' ? texts.reading : phase === 'checking' ? texts.checking : texts.uploading;
  if (phase !== 'done') at('status').textContent = say(template, done, total ?? '');
  at('bar').hidden = false;
  // Without a value the bar shows only that something is going on.
  if (total !== null) {
    at('bar').max = total;
    at('bar').value = String(done);
  }
}

function showDone(d: FromWorker & { kind: 'done' }): void {
  at('send').disabled = false;
  askList();
  at('result').className = 'good';
  at('result').textContent =
    say(d.already ? texts.already : texts.done, d.rows, d.batch) + (d.dropped > 0 ? ` ${say(texts.dropped, d.dropped)}` : '');
}

function showFailure(f: FromWorker & { kind: 'failed' }): void {
  at('send').disabled = false;
  at('result').className = 'bad';
  at('result').textContent =
    `${f.asked === 'withdraw' ? texts.failedWithdraw : texts.failed}: ${f.message}${f.remedy === null ? '' : ` ${f.remedy}`} (${f.code})`;
  for (const { line, column, problem } of f.problems) {
    const item = created('li');
    item.textContent = say(texts.line, line, `${column === null ? '' : `${column}: `}${texts[problem]}`);
    at('problems').append(item);
  }
}

function clear(): void {
  at('result').textContent = '';
  at('result').className = '';
  at('status').textContent = '';
  at('bar').hidden = true;
  at('problems').replaceChildren();
}
