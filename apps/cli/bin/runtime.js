// How the runtime is started, wherever a station or a command starts. Plain JavaScript: any Node from 18 on reads it.
//
// Vectors of shares lie outside the JavaScript heap, and three settings decide how fast they are made and copied:
// - V8 collects garbage whenever 64 MB of them were made, although they are given back by hand; so it shall not count
//   them apart, and begin at 256 MB;
// - glibc copies more than 2 KiB with "rep movsb", which is up to six times slower than its other way on Zen processors
//   (glibc bug 30994), and key streams and socket buffers are copied a lot;
// - glibc returns large vectors to the operating system at once, so that the next one is mapped and cleared page by page;
//   and where memory is fresh, large pages are faster.
// Other C libraries ignore the variable.

/** @type {readonly string[]} */
export const RUNTIME_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--min-semi-space-size=16',
  '--max-semi-space-size=64',
  '--initial-old-space-size=256',
  '--external-memory-accounted-in-global-limit',
];

const GLIBC_TUNABLES = {
  'glibc.cpu.x86_rep_movsb_threshold': 4 * 2 ** 20,
  'glibc.malloc.hugetlb': 1,
  'glibc.malloc.mmap_threshold': 32 * 2 ** 20,
  'glibc.malloc.top_pad': 16 * 2 ** 20,
  'glibc.malloc.trim_threshold': 256 * 2 ** 20,
};

/** The environment with these settings, except where it has its own. */
export function runtimeEnvironment(environment) {
  const given = environment.GLIBC_TUNABLES ?? '';
  const added = Object.entries(GLIBC_TUNABLES)
    .filter(([name]) => !given.includes(`${name}=`))
    .map(([name, value]) => `${name}=${value}`);
  return { ...environment, GLIBC_TUNABLES: [given, ...added].filter((part) => part !== '').join(':') };
}
