/** System packages that tests use: installed through apt where that is allowed, else named. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

interface SystemPackage {
  readonly name: string;
  readonly purpose: string;
  present(): boolean;
}

const PACKAGES: readonly SystemPackage[] = [
  {
    name: 'postgresql',
    purpose: 'the store contract on a PostgreSQL server',
    present: () =>
      existsSync('/usr/lib/postgresql') &&
      readdirSync('/usr/lib/postgresql').some((v) => existsSync(`/usr/lib/postgresql/${v}/bin/initdb`)),
  },
  { name: 'chromium', purpose: "the contributor's page in a real browser", present: () => existsSync('/usr/bin/chromium') },
];

export function ensureSystemPackages(): void {
  const missing = PACKAGES.filter((p) => !p.present());
  if (missing.length === 0) return;
  const names = missing.map((p) => p.name);
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`Installing system packages: ${names.join(', ')} …`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env: environment });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { stdio: 'ignore', env: environment });
  }
  for (const p of missing.filter((m) => !m.present())) {
    console.log(
      `System package "${p.name}" is missing (used for ${p.purpose}); its tests are skipped. Install it with: sudo apt-get install ${p.name}`,
    );
  }
}
