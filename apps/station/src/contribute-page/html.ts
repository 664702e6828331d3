/** The contributor's page as HTML, in one of the languages. */
import { type PageTexts, pageTexts } from './texts.ts';

export type Language = keyof typeof pageTexts;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** `station` is the organisation whose station serves the page. */
export function pageHtml(language: Language, station: string): string {
  const t = Object.fromEntries(Object.entries(pageTexts[language]).map(([k, v]) => [k, escaped(v)])) as PageTexts;
  // In a script element only "<" could end it.
  const data = JSON.stringify(pageTexts[language]).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="${t.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluis · ${t.title}</title>
<link rel="stylesheet" href="page.css">
</head>
<body>
<header><strong>Sluis</strong> <span>${escaped(station)}</span> <a href="?lang=${t.other}" lang="${t.other}">${t.otherLabel}</a></header>
<main>
<h1>${t.title}</h1>
<p>${t.intro}</p>
<p class="quiet">${t.trust}</p>
<section>
<h2>${t.identity}</h2>
<label for="identity">${t.identityHelp}</label>
<input id="identity" type="file" accept=".json,application/json">
<details><summary>${t.make}</summary>
<form id="make">
<p>${t.makeHelp}</p>
<label for="name">${t.name}</label>
<input id="name" required pattern="[A-Za-z][A-Za-z0-9_\\-]{0,62}" autocomplete="off">
<button>${t.makeButton}</button>
<output id="made" for="name"></output>
</form>
</details>
</section>
<section id="agreed" hidden>
<h2>${t.agreement}</h2>
<dl>
<dt>${t.agreementId}</dt><dd id="agreement-id"></dd>
<dt>${t.purpose}</dt><dd id="purpose"></dd>
<dt>${t.signers}</dt><dd id="signers"></dd>
<dt>${t.committee}</dt><dd id="committee"></dd>
</dl>
<p class="quiet">${t.compare}</p>
</section>
<form id="deposit" hidden>
<h2>${t.file}</h2>
<label for="table">${t.table}</label>
<select id="table"></select>
<p id="columns" class="quiet"></p>
<label for="csv">${t.csv}</label>
<input id="csv" type="file" accept=".csv,text/csv" required>
<label><input id="replace" type="checkbox"> ${t.replace}</label>
<label><input id="drop" type="checkbox"> ${t.drop}</label>
<button id="send">${t.send}</button>
</form>
<section id="mine" hidden>
<h2>${t.mine}</h2>
<p class="quiet">${t.mineHelp}</p>
<ul id="deposits"></ul>
</section>
<p id="status" role="status"></p>
<progress id="bar" hidden></progress>
<p id="result" role="alert"></p>
<ol id="problems"></ol>
</main>
<script id="texts" type="application/json">${data}</script>
<script src="page.js"></script>
</body>
</html>
`;
}
