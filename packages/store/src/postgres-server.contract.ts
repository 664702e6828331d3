/** A private PostgreSQL server for tests: from the system's binaries, in a temporary folder, on a loopback port of its own. */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PrivateServer {
  /** URL of a fresh, empty database. */
  createDatabase(): string;
  stop(): Promise<void>;
}

/** Folder of initdb and postgres, newest version first, or null. */
export function postgresBinaries(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((v) => join(root, v, 'bin')), ...(process.env['PATH'] ?? '').split(':')];
  return folders.find((f) => f !== '' && existsSync(join(f, 'initdb')) && existsSync(join(f, 'postgres'))) ?? null;
}

/** PostgreSQL refuses to run as root: then it runs as the system's `postgres` user or `nobody`. */
function otherUser(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // This system has no such user; the next name may exist.
    }
  }
  return {};
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

export async function startPrivateServer(binaries: string): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-postgres-'));
  const user = otherUser();
  if ('uid' in user) chownSync(folder, user['uid'] as number, user['gid'] as number);
  const options: SpawnOptions = {
    ...user,
    cwd: folder,
    stdio: 'ignore',
    env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '', HOME: folder },
  };
  const data = join(folder, 'data');
  execFileSync(join(binaries, 'initdb'), ['-D', data, '-U', 'sluis', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...options,
    stdio: 'pipe',
  });
  const begin = async (again: number): Promise<{ port: number; server: ChildProcess }> => {
    const port = await freePort();
    const server = spawn(
      join(binaries, 'postgres'),
      ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', '-c', 'fsync=off'],
      options,
    );
    // Ready, or at its end: another process may have taken the port.
    while (server.exitCode === null && !existsSync(join(folder, `.s.PGSQL.${port}`)))
      await new Promise((resolve) => setTimeout(resolve, 20));
    return server.exitCode === null || again === 0 ? { port, server } : begin(again - 1);
  };
  const { port, server } = await begin(5);
  const ended = new Promise<void>((resolve) => (server.exitCode === null ? server.once('exit', () => resolve()) : resolve()));
  const url = (database: string) => `postgresql://sluis@127.0.0.1:${port}/${database}`;
  const psql = (database: string, text: string) =>
    execFileSync(join(binaries, 'psql'), ['-X', '-q', '-c', text, url(database)], { ...options, stdio: 'pipe' });
  const stop = async () => {
    server.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; ; attempt++) {
    try {
      psql('postgres', 'select 1');
      break;
    } catch (thrown) {
      if (attempt >= 1000 || server.exitCode !== null) {
        await stop();
        throw thrown;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  let created = 0;
  return {
    createDatabase() {
      const name = `station_${++created}`;
      psql('postgres', `create database ${name}`);
      return url(name);
    },
    stop,
  };
}
