/** Plain DuckDB processes, started and warm, that run statements at once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./plain-partials.ts', import.meta.url));

interface Peer {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
  readonly reader: Interface;
}

export class PlainPeers {
  readonly #peers: Peer[];

  private constructor(peers: Peer[]) {
    this.#peers = peers;
  }

  static async start(count: number, threads: number): Promise<PlainPeers> {
    const peers = Array.from({ length: count }, () => {
      const child = spawn(process.execPath, [PROGRAM, String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] });
      if (child.stdout === null) throw new RangeError('the child has an output');
      const reader = createInterface({ input: child.stdout });
      return { child, reader, lines: reader[Symbol.asyncIterator]() };
    });
    await Promise.all(peers.map((p) => p.lines.next()));
    return new PlainPeers(peers);
  }

  /** Seconds from telling all until the last is done, and their rows. */
  async run(statements: readonly string[]): Promise<{ seconds: number; rows: number }> {
    const started = performance.now();
    const answers = await Promise.all(
      this.#peers.map(async (peer, i) => {
        peer.child.stdin?.write(`${(statements[i] ?? '').replaceAll('\n', ' ')}\n`);
        return JSON.parse(String((await peer.lines.next()).value)) as { rows: number };
      }),
    );
    return { seconds: (performance.now() - started) / 1000, rows: answers[0]?.rows ?? 0 };
  }

  pids(): number[] {
    return this.#peers.map((p) => p.child.pid ?? 0);
  }

  stop(): void {
    for (const { child, reader } of this.#peers) {
      reader.close();
      child.stdin?.end();
    }
  }
}
