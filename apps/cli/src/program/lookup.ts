/** `sluis lookup serve`, `sluis lookup ask`. */
import type { Command } from 'commander';
import { collect, examples, formatOptions, identityOption, limitOption, listenOption, wholeNumber } from './options.ts';

export function addLookupCommands(program: Command): void {
  const lookup = program
    .command('lookup')
    .description('private lookup: is this identifier in your register, without you learning which one I ask about');
  addServe(lookup);
  addAsk(lookup);
}

function addServe(lookup: Command): void {
  examples(
    listenOption(
      identityOption(
        limitOption(lookup.command('serve'), 'identifiers that one client may ask in a window', 25_000),
        "serve with the keys of this station's folder instead of keys of its own",
      ),
      'where it was served before, else 127.0.0.1 and any port',
    )
      .description('publish a register so that others can look identifiers up in it, and answer their questions')
      .argument('<file>', 'the register: .csv, .parquet or .json')
      .requiredOption('--on <column>', 'the column of identifiers')
      .option('--value <column>', 'a column of which whoever asks learns the value (default: only whether the identifier is there)')
      .option('--recipe <recipe>', 'how both sides normalise identifiers, such as iban@1 or phone@1,country=NL')
      .option('--address <host:port>', 'where others reach it, if that is another address')
      .option('--client <card>', 'admit only these clients (sluis station card); may be repeated', collect)
      .option('--limit-all <n>', 'identifiers that all clients together may ask in a window', wholeNumber, 100_000)
      .option('--window <seconds>', 'length of a window', wholeNumber, 86_400)
      .option('--value-bytes <n>', 'length to which values are padded (default: of the longest, rounded up to eights)', wholeNumber)
      .option('--pad-to <n>', 'show the number of entries only as a multiple of this', wholeNumber, 1)
      .option('--database <name>', 'name of the database (default: from the name of the file)')
      .option('--rotate', 'begin a new epoch with a fresh key: what clients learnt before helps them no longer')
      .option('--watch', 'publish a new version whenever the file changes')
      .option('--state <dir>', 'where keys, counts and what was published are kept (default: FILE.lookup)')
      .option('--json', 'print one JSON document with the address, then serve')
      .action(async (file, options) => (await import('../commands/lookup-serve.ts')).lookupServe(file, options)),
    [
      'sluis lookup serve watchlist.csv --on iban --recipe iban@1',
      'sluis lookup serve permits.parquet --on permit --value status --listen 0.0.0.0:7420 --address register.example:7420',
      'sluis lookup serve patients.csv --on bsn --recipe bsn@1 --client hospital.card.json --limit 500 --watch',
    ],
  );
}

function addAsk(lookup: Command): void {
  examples(
    identityOption(formatOptions(lookup.command('ask')), "ask with the certificate of this station's folder, by which the owner knows you")
      .description('look identifiers up; the owner learns only that you asked. The register is downloaded once, then differences')
      .argument('<url>', 'the address as "sluis lookup serve" printed it, with what stands behind the #')
      .argument('[ids...]', 'identifiers; other users of this machine can see arguments: --from keeps them from that')
      .option('--from <file>', 'identifiers from a file, one a line ("-" reads standard input)')
      .option('--parts', 'download only the parts that are needed: the owner then sees which parts')
      .option('--cache <dir>', 'where the register and your key are kept (default: your cache folder)')
      .action(async (url, ids, options) => (await import('../commands/lookup-ask.ts')).lookupAsk(url, ids, options)),
    [
      "sluis lookup ask 'https://register.example:7420/lookup/v1/#…' NL91ABNA0417164300",
      "sluis lookup ask 'https://register.example:7420/lookup/v1/#…' --from ids.txt --json",
    ],
  );
}
